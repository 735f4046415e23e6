/*
 * What somebody who mistyped a name may have meant. Pure.
 */
#ifndef BASE_SPELLING_H
#define BASE_SPELLING_H

/* All zeros but for @typed to begin with. */
struct spelling {
	const char *typed;
	const char *meant; /* the nearest so far; NULL: none is near */
	unsigned distance;
};

/* Take @known where it is nearer than those before: a letter that is wrong, missing, too much, or
 * changed with its neighbour, or two in a longer name; or where @typed begins it. */
void spelling_try(struct spelling *spelling, const char *known);

#endif
