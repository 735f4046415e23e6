/* The processes: a box to switch each one on and off, with its colour and its value. */

const LINES_SHOWN = 12;
const COLOURS = 8; /* PALETTE_HUES */
const DASHES = [null, [6, 3], [2, 2], [8, 3, 2, 3]];

function element(name, className, text) {
	const made = document.createElement(name);

	if (className)
		made.className = className;
	if (text !== undefined)
		made.textContent = text;
	return made;
}

function readProcess(row, index) {
	const text = row.name + '[' + row.pid + ']';

	return { index, hue: row.line - 1, text, most: row.most, first: row.first, last: row.last,
		series: new Series(row.bin, row.bins), shown: true };
}

/* Of very many, those with the highest memory at first. */
function chooseShown(processes) {
	const highest = [...processes].sort((a, b) => b.most - a.most);

	highest.forEach((process, i) => {
		process.shown = i < LINES_SHOWN;
	});
}

function cssValue(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Of a process; of the session where there is none. */
function colourOf(process) {
	return process ? cssValue('--line-' + process.hue % COLOURS) : cssValue('--faint');
}

function dashesOf(process) {
	return DASHES[Math.floor(process.hue / COLOURS) % DASHES.length];
}

function rangeText(range) {
	if (!range)
		return '–';
	const least = formatBytes(range.least);
	const most = formatBytes(range.most);

	return least === most ? most : least + ' – ' + most;
}

class LineList {
	constructor(box, processes, changed) {
		const many = processes.length > LINES_SHOWN;
		const order = many ? [...processes].sort((a, b) => b.most - a.most) : processes;

		this.processes = processes;
		this.values = [];
		if (many)
			this.addSwitch(box, changed);
		for (const process of order)
			this.values[process.index] = this.add(box, process, changed);
		this.tell(null);
	}

	add(box, process, changed) {
		const line = element('label', 'line');
		const check = element('input');
		const swatch = element('i', 'swatch');
		const value = element('span', 'value');

		check.type = 'checkbox';
		check.checked = process.shown;
		check.addEventListener('change', () => {
			process.shown = check.checked;
			changed();
		});
		swatch.style.setProperty('--swatch', 'var(--line-' + process.hue % COLOURS + ')');
		swatch.style.borderTopStyle = dashesOf(process) ? 'dashed' : 'solid';
		process.check = check;
		line.append(check, swatch, element('span', 'name', process.text), value);
		box.append(line);
		return value;
	}

	addSwitch(box, changed) {
		const buttons = element('span', 'buttons');

		box.append(buttons);
		for (const [text, on] of [['all on', true], ['all off', false]]) {
			const button = element('button', '', text);

			button.type = 'button';
			button.addEventListener('click', () => {
				for (const process of this.processes) {
					process.shown = on;
					process.check.checked = on;
				}
				changed();
			});
			buttons.append(button);
		}
	}

	/* @ranges: by process, what each has where the mouse is; null: their maxima. */
	tell(ranges) {
		this.processes.forEach((process, i) => {
			this.values[i].textContent = ranges ? rangeText(ranges[i]) :
				process.most ? 'max ' + formatBytes(process.most) : 'no sample';
		});
	}
}
