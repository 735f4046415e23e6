/* Files of $(O)/trace/html, which the Makefile puts together, as bytes of the program. */

.macro asset name, file
	.globl \name, \name\()_end
	.hidden \name, \name\()_end
\name:
	.incbin "\file"
\name\()_end:
	.byte 0
.endm

	.section .rodata
	asset html_template, trace/html/page.html
	asset html_style, trace/html/all.css
	asset html_dygraph, trace/html/dygraph.js
	asset html_script, trace/html/all.js
	asset html_hashes, trace/html/hashes

	.section .note.GNU-stack, "", %progbits
