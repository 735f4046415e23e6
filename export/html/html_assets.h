/*
 * The files of a page that are the same for every session, as they were when memwatch was built
 * (html/assets.S).
 */
#ifndef EXPORT_HTML_HTML_ASSETS_H
#define EXPORT_HTML_HTML_ASSETS_H

/* Each with its end, which is past its last byte; they have no NUL. */
extern const char html_template[], html_template_end[];
extern const char html_style[], html_style_end[];
extern const char html_dygraph[], html_dygraph_end[];
extern const char html_script[], html_script_end[];

/* Of the two scripts, as a Content-Security-Policy names them: 'sha256-...' 'sha256-...' */
extern const char html_hashes[], html_hashes_end[];

#endif
