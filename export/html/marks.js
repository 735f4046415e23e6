/* Milestones: numbered flags on the curves, no more than can be read. */

const MARKS_SHOWN = 50;
const FLAG_HEIGHT = 16;
const FLAG_ROWS = 4;

/* An event as it is in the page's data. */
function readEvent(row, index) {
	const [kind, t, end, process, rss, rssEnd, category, label, stale, peak, exact] = row;

	return { index, kind, t, end, process, rss, rssEnd, category, label, stale, peak, exact };
}

/* The milestones among the events, each with its number and an x of its own. */
function findMarks(events) {
	const marks = events.filter((event) => event.kind === 0);
	let last = -Infinity;

	marks.forEach((mark, i) => {
		mark.number = i + 1;
		mark.x = Math.max(mark.t, last + 1e-7);
		last = mark.x;
	});
	return marks;
}

function textOf(event) {
	if (!event.category)
		return event.label;
	return event.label ? event.category + ': ' + event.label : event.category;
}

/* Flags side by side in a few rows; where there is no room, none. */
class Flags {
	constructor(toPixel) {
		this.toPixel = toPixel;
		this.rows = { curve: [], bottom: [] };
	}

	/* The row of a flag of @width at @x, -1 where all are taken. */
	place(where, x, width) {
		const left = this.toPixel(x) - width / 2;

		for (let row = 0; row < FLAG_ROWS; row++) {
			if (!(this.rows[where][row] > left)) {
				this.rows[where][row] = left + width + 2;
				return row;
			}
		}
		return -1;
	}
}

/*
 * Which of @marks, all in view, get a flag, and where: on their line's curve at a time when it has a
 * value, else at the bottom.
 */
function placeFlags(marks, toPixel, hasValue) {
	const flags = new Flags(toPixel);
	const stride = Math.max(1, Math.ceil(marks.length / MARKS_SHOWN));
	const placed = [];

	marks.forEach((mark, i) => {
		const width = 10 + 7 * String(mark.number).length;
		const where = hasValue(mark) ? 'curve' : 'bottom';
		const row = i % stride ? -1 : flags.place(where, mark.x, width);

		if (row >= 0)
			placed.push({ mark, width, row, bottom: where === 'bottom' });
	});
	return placed;
}

/* What dygraphs calls annotations. */
function annotationsOf(placed, seriesOf, describe, handlers) {
	return placed.map(({ mark, width, row, bottom }) => ({
		series: bottom ? 'session' : seriesOf(mark),
		xval: mark.x,
		x: mark.x,
		shortText: String(mark.number),
		text: describe(mark),
		width,
		height: FLAG_HEIGHT,
		tickHeight: (bottom ? 2 : 10) + row * (FLAG_HEIGHT + 4),
		attachAtBottom: bottom,
		cssClass: 'flag',
		clickHandler: () => handlers.click(mark),
		mouseOverHandler: (annotation, point, graph, event) => handlers.over(mark, event),
		mouseOutHandler: () => handlers.out(),
	}));
}
