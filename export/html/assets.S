/* Files of $(O)/export/html, which the Makefile puts together, as bytes of the program. */

.macro asset name, file
	.globl \name, \name\()_end
	.hidden \name, \name\()_end
\name:
	.incbin "\file"
\name\()_end:
	.byte 0
.endm

	.section .rodata
	asset html_template, export/html/page.html
	asset html_style, export/html/all.css
	asset html_dygraph, export/html/dygraph.js
	asset html_script, export/html/all.js
	asset html_hashes, export/html/hashes

	.section .note.GNU-stack, "", %progbits
