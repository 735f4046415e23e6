/* Where the axes have their ticks, and what those say: round numbers of binary units, and of time. */

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const TICK_WIDTH = 90; /* pixels */
const TICK_HEIGHT = 48;

/* The least of 1, 2, 5, 10, 20 ... times a power of ten that is @least at least. */
function roundStep(least) {
	const power = 10 ** Math.floor(Math.log10(least));

	for (const factor of [1, 2, 5]) {
		if (factor * power >= least * (1 - 1e-9))
			return factor * power;
	}
	return 10 * power;
}

function timeStep(least) {
	if (least < 1)
		return roundStep(least);
	return TIME_STEPS.find((step) => step >= least) || 86400 * roundStep(least / 86400);
}

/* Parts of [from, to] in which the wall clock doesn't jump. */
function partsOf(session, from, to) {
	const inside = session.jumps.map((jump) => jump[0]).filter((t) => t > from && t <= to);

	return [from, ...inside].map((begin, i) => [begin, i < inside.length ? inside[i] - 1e-9 : to]);
}

function timeTicks(session, from, to, pixels, wall) {
	const step = timeStep((to - from) / Math.max(2, pixels / TICK_WIDTH));
	const digits = step < 1 ? digitsFor(step) : 0;
	const ticks = [];

	for (const [begin, end] of wall ? partsOf(session, from, to) : [[from, to]]) {
		const shift = wall ? (wallAt(session, begin) - begin) % 86400 : 0;

		for (let i = Math.ceil((begin + shift) / step); i * step <= end + shift && ticks.length < 200; i++) {
			const t = i * step - shift;

			ticks.push({ v: t, label: wall ? formatWall(session, t, digits) : formatClock(t, digits) });
		}
	}
	return ticks;
}

function byteTicks(from, to, pixels) {
	const most = Math.max(Math.abs(from), Math.abs(to), 1);
	const unit = Math.min(BYTE_UNITS.length - 1, Math.max(0, Math.floor(Math.log2(most) / 10)));
	const size = 1024 ** unit;
	const step = roundStep((to - from) / size / Math.max(2, pixels / TICK_HEIGHT));
	const digits = digitsFor(step);
	const ticks = [];

	for (let i = Math.ceil(from / size / step); i * step * size <= to && ticks.length < 100; i++)
		ticks.push({ v: i * step * size, label: (i * step).toFixed(digits) + ' ' + BYTE_UNITS[unit] });
	return ticks;
}
