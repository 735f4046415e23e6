/* Quantities as people read them, the same as in the tables. */
'use strict';

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/* Tenths only below 100 and from MiB on: "812 KiB", "12.3 MiB", "1023 MiB". */
function formatBytes(bytes) {
	let unit = 0;
	let value = bytes;

	while (unit < BYTE_UNITS.length - 1 && Math.round(value) >= 1024) {
		value /= 1024;
		unit++;
	}
	return value.toFixed(unit >= 2 && Math.round(value * 10) < 1000 ? 1 : 0) + ' ' + BYTE_UNITS[unit];
}

/* "+1.5 MiB" */
function formatDelta(bytes) {
	return (bytes < 0 ? '-' : '+') + formatBytes(Math.abs(bytes));
}

function formatDuration(seconds) {
	const whole = Math.round(seconds);
	const minutes = Math.round(seconds / 60);

	if (seconds < 0.001)
		return Number((seconds * 1e6).toPrecision(3)) + ' us';
	if (seconds < 1)
		return Number((seconds * 1e3).toPrecision(3)) + ' ms';
	if (seconds < 60)
		return Number(seconds.toPrecision(3)) + ' s';
	if (whole < 3600)
		return Math.floor(whole / 60) + ' min ' + pad(whole % 60, 2) + ' s';
	return Math.floor(minutes / 60) + ' h ' + pad(minutes % 60, 2) + ' min';
}

function pad(number, digits) {
	return String(number).padStart(digits, '0');
}

/* Seconds as "0:15.087" or "1:02:03", with so many digits behind the point. */
function formatClock(seconds, digits) {
	const scale = 10 ** digits;
	const units = Math.round(Math.abs(seconds) * scale);
	const whole = Math.floor(units / scale);
	const minutes = Math.floor(whole / 60);
	const hours = Math.floor(minutes / 60);
	const head = hours ? hours + ':' + pad(minutes % 60, 2) : String(minutes);
	const fraction = digits ? '.' + pad(units % scale, digits) : '';

	return (seconds < 0 && units ? '-' : '') + head + ':' + pad(whole % 60, 2) + fraction;
}

/* The wall clock in its recorder's zone: its last jump by @t seconds after the session's start counts. */
function wallAt(session, t) {
	let at = 0;
	let wall = session.wall;

	for (const jump of session.jumps) {
		if (jump[0] <= t)
			[at, wall] = jump;
	}
	return wall + session.zone + (t - at);
}

/* The time of day @t seconds after the session's start, in its recorder's zone: "22:13:20.1". */
function formatWall(session, t, digits) {
	const scale = 10 ** digits;
	const units = Math.round(wallAt(session, t) % 86400 * scale);
	const seconds = Math.floor(units / scale) % 86400;
	const fraction = digits ? '.' + pad(units % scale, digits) : '';

	return pad(Math.floor(seconds / 3600), 2) + ':' + pad(Math.floor(seconds / 60) % 60, 2) + ':' +
		pad(seconds % 60, 2) + fraction;
}

/* "2023-11-14" */
function formatDate(session, t) {
	return new Date(wallAt(session, t) * 1000).toISOString().slice(0, 10);
}

/* Digits behind the point that tell two times apart which lie @seconds from each other. */
function digitsFor(seconds) {
	return Math.min(9, Math.max(0, Math.ceil(-Math.log10(seconds) - 1e-9)));
}
