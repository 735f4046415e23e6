/*
 * A process's samples: the least and the most of each bin, as html_bins.h encodes them, and of
 * coarser and coarser groups of bins. A bin without value has least Infinity and most -Infinity.
 */

const PAGE_BYTES = 4096;
const GROUP = 4;

function decodeBytes(base64) {
	const text = atob(base64);
	const bytes = new Uint8Array(text.length);

	for (let i = 0; i < text.length; i++)
		bytes[i] = text.charCodeAt(i);
	return bytes;
}

class Numbers {
	constructor(bytes) {
		this.bytes = bytes;
		this.at = 0;
	}

	more() {
		return this.at < this.bytes.length;
	}

	/* Up to 2^53: beyond what the operators for bits can do. */
	next() {
		let number = 0;
		let scale = 1;

		while (this.at < this.bytes.length) {
			const byte = this.bytes[this.at++];

			number += (byte & 127) * scale;
			if (byte < 128)
				break;
			scale *= 128;
		}
		return number;
	}
}

/* A number of pages or of bytes. */
function sizeOf(number) {
	const size = Math.floor(number / 2);

	return number % 2 ? size : size * PAGE_BYTES;
}

function changeOf(number) {
	const zigzag = Math.floor(number / 2);
	const size = zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;

	return number % 2 ? size : size * PAGE_BYTES;
}

/* Each token of @bytes to visit(count of bins, least, most). */
function walkBins(bytes, visit) {
	const numbers = new Numbers(bytes);
	let held = 0;

	while (numbers.more()) {
		const token = numbers.next();
		const rest = Math.floor(token / 4);

		switch (token % 4) {
		case 0:
			visit(rest + 1, held, held);
			break;
		case 1:
			visit(rest + 1, Infinity, -Infinity);
			break;
		case 2:
			held += changeOf(rest);
			visit(1, held, held);
			break;
		default: {
			const least = held + changeOf(rest);
			const most = least + sizeOf(numbers.next());

			held = least + sizeOf(numbers.next());
			visit(1, least, most);
		}
		}
	}
}

function decodeBins(bytes) {
	let count = 0;
	let at = 0;

	walkBins(bytes, (bins) => {
		count += bins;
	});
	const least = new Float64Array(count);
	const most = new Float64Array(count);

	walkBins(bytes, (bins, low, high) => {
		least.fill(low, at, at + bins);
		most.fill(high, at, at + bins);
		at += bins;
	});
	return { first: 0, least, most };
}

/* The next coarser level, whose groups begin at multiples of GROUP. */
function coarsen(level) {
	const first = Math.floor(level.first / GROUP);
	const end = Math.ceil((level.first + level.least.length) / GROUP);
	const least = new Float64Array(end - first).fill(Infinity);
	const most = new Float64Array(end - first).fill(-Infinity);

	for (let i = 0; i < level.least.length; i++) {
		const group = Math.floor((level.first + i) / GROUP) - first;

		if (level.least[i] < least[group])
			least[group] = level.least[i];
		if (level.most[i] > most[group])
			most[group] = level.most[i];
	}
	return { first, least, most };
}

class Series {
	constructor(first, base64) {
		const bins = decodeBins(decodeBytes(base64));

		bins.first = first;
		this.levels = [bins];
		while (this.levels[this.levels.length - 1].least.length > 2 * GROUP)
			this.levels.push(coarsen(this.levels[this.levels.length - 1]));
	}

	/* The least and the most of the bins from @from to before @to; null where there is none. */
	range(from, to) {
		let least = Infinity;
		let most = -Infinity;

		while (from < to) {
			const step = this.step(from, to);
			const level = this.levels[step.level];
			const at = from / step.bins - level.first;

			if (at >= 0 && at < level.least.length) {
				least = Math.min(least, level.least[at]);
				most = Math.max(most, level.most[at]);
			}
			from += step.bins;
		}
		return least <= most ? { least, most } : null;
	}

	/* The coarsest group that begins at @from and ends by @to. */
	step(from, to) {
		let level = 0;
		let bins = 1;

		while (level + 1 < this.levels.length && from % (bins * GROUP) === 0 && from + bins * GROUP <= to) {
			level++;
			bins *= GROUP;
		}
		return { level, bins };
	}
}

/* Bins a column so that @bins need about @columns at most: a number whose columns are quickly ranged. */
function binsPerColumn(bins, columns) {
	const least = Math.max(1, Math.ceil(bins / columns));
	let unit = 1;

	while (unit * GROUP * GROUP <= least)
		unit *= GROUP;
	return Math.ceil(least / unit) * unit;
}
