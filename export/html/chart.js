/*
 * The chart. dygraphs is given no more points than the screen can show: in the window the least and
 * the most of each column of pixels, outside it enough for the range selector; and other points when
 * the window changes.
 */

const OUTSIDE_COLUMNS = 500;
const ENDS_SHOWN = 200; /* lines whose begin and end are exact, not those of a column */

class Chart {
	constructor(page, handlers) {
		this.page = page;
		this.session = page.session;
		this.handlers = handlers;
		this.fed = '';
		this.column = 1; /* bins */
		this.wall = false;
		this.zero = true;
	}

	open(box) {
		const { from, to } = this.session;
		const { rows, labels } = this.rows(from, to, this.columnOf(from, to, box.clientWidth), []);

		this.graph = new Dygraph(box, rows, {
			labels,
			legend: 'never',
			stepPlot: true,
			strokeWidth: 1.5,
			highlightCircleSize: 3,
			showRangeSelector: true,
			interactionModel: Dygraph.defaultInteractionModel, /* else dragging moves */
			rangeSelectorHeight: 36,
			axisLabelFontSize: 12,
			axes: {
				x: { axisLabelWidth: 80, ticker: (from, to, pixels) =>
					timeTicks(this.session, from, to, pixels, this.wall) },
				y: { axisLabelWidth: 74, ticker: (from, to, pixels) => byteTicks(from, to, pixels) },
			},
			drawCallback: () => this.drawn(),
			highlightCallback: (event) => this.hover(event),
			unhighlightCallback: () => this.handlers.leave(),
		});
		this.feed();
	}

	shown() {
		return this.page.processes.filter((process) => process.shown);
	}

	window() {
		return this.graph.xAxisRange();
	}

	isZoomed() {
		return this.graph.isZoomed('x');
	}

	toPixel(t) {
		return this.graph.toDomXCoord(t);
	}

	zoom(from, to) {
		const whole = this.session.to - this.session.from;
		const width = Math.min(Math.max(to - from, this.session.interval / 100), whole);
		const middle = (from + to) / 2;
		const left = Math.min(Math.max(middle - width / 2, this.session.from), this.session.to - width);

		this.graph.updateOptions({ dateWindow: [left, left + width] });
	}

	reset() {
		this.graph.resetZoom();
	}

	/* dygraphs has drawn: the window may be another one, or wider in pixels. */
	drawn() {
		if (!this.graph)
			return;
		if (this.key() !== this.fed)
			requestAnimationFrame(() => this.feed());
		this.handlers.drawn();
	}

	key() {
		return [...this.window(), Math.round(this.graph.getArea().w)].join(' ');
	}

	/* Give dygraphs what the window needs. */
	feed(force) {
		if (!force && this.key() === this.fed)
			return;
		this.fed = this.key();
		const [from, to] = this.window();
		const column = this.columnOf(from, to, this.graph.getArea().w);
		const placed = this.place(from, to);
		const data = this.rows(from, to, column, placed);
		const flags = annotationsOf(placed, (mark) => 'line' + mark.process, this.handlers.describe,
			this.handlers.flag);

		this.graph.setAnnotations(flags, true);
		this.graph.updateOptions({ file: data.rows, labels: data.labels,
			valueRange: this.valueRange(data, flags), ...this.style() });
	}

	style() {
		const shown = this.shown();
		const series = { sum: { showInRangeSelector: true, strokeWidth: 0, highlightCircleSize: 0 },
			session: { strokeWidth: 0.001 } };

		for (const process of shown)
			series['line' + process.index] = { strokePattern: dashesOf(process) };
		return {
			series,
			colors: [...shown.map(colourOf), colourOf(), 'transparent'],
			visibility: [...shown.map(() => true), true, false],
			axisLineColor: cssValue('--faint'),
			gridLineColor: cssValue('--grid'),
			rangeSelectorPlotStrokeColor: cssValue('--faint'),
			rangeSelectorPlotFillColor: cssValue('--grid'),
			rangeSelectorPlotFillGradientColor: cssValue('--back'),
			rangeSelectorBackgroundStrokeColor: cssValue('--faint'),
		};
	}

	/* How much of the chart's height the flags on curves need above the highest curve. */
	roomOf(flags) {
		const most = Math.max(0, ...flags.filter((flag) => !flag.attachAtBottom)
			.map((flag) => flag.tickHeight + flag.height));

		return Math.min(Math.max(0.05, (most + 6) / this.graph.getArea().h), 0.5);
	}

	/* With room for flags above the curves. */
	valueRange(data, flags) {
		const room = this.roomOf(flags);
		const below = this.zero ? 0.03 : 0.06;
		const least = this.zero ? 0 : data.least;
		const height = Math.max(data.most - least, this.zero ? PAGE_BYTES : 4 * PAGE_BYTES);

		if (!(data.most >= data.least))
			return [0, 1024 * 1024];
		return [least - height * below, data.most + height * (1 + below) * room / (1 - room)];
	}

	/* --- points */

	/* Bins of a column in the window. */
	columnOf(from, to, pixels) {
		this.column = binsPerColumn((to - from) / this.session.width, Math.max(100, pixels));
		return this.column;
	}

	rows(from, to, fine, placed) {
		const { session } = this;
		const shown = this.shown();
		const coarse = binsPerColumn((session.to - session.from) / session.width, OUTSIDE_COLUMNS);
		const begin = this.bin(from, fine);
		const end = this.bin(to, fine) + fine;
		const data = { rows: [], shown, least: Infinity, most: -Infinity,
			labels: ['x', ...shown.map((process) => 'line' + process.index), 'session', 'sum'] };

		this.extras = this.findExtras(shown, placed, from, to);
		this.addColumns(data, 0, begin, coarse, false);
		this.addColumns(data, begin, end, fine, true);
		this.addColumns(data, end, this.bin(session.to, 1) + 1, coarse, false);
		this.addRow(data, session.to, shown.map(() => NaN), data.rows[data.rows.length - 1][shown.length + 2]);
		return data;
	}

	/* The bin at @t, rounded down to where a column of @step begins. */
	bin(t, step) {
		const bin = Math.max(0, Math.floor((t - this.session.origin) / this.session.width + 1e-6));

		return Math.floor(bin / step) * step;
	}

	/* Times between columns' begins at which there are to be points: flags; lines' begins and ends. */
	findExtras(shown, placed, from, to) {
		const extras = placed.map(({ mark }) => ({ t: mark.x, rank: 0 }));

		if (shown.length <= ENDS_SHOWN) {
			for (const { first, last } of shown)
				extras.push({ t: first, rank: 0 }, { t: last, rank: 1 });
		}
		extras.sort((a, b) => a.t - b.t || a.rank - b.rank);
		return { list: extras.filter((extra) => extra.t >= from && extra.t <= to), next: 0 };
	}

	addColumns(data, begin, end, step, inWindow) {
		const { session } = this;

		for (let bin = Math.floor(begin / step) * step; bin < end; bin += step) {
			const x = session.origin + bin * session.width;
			const from = Math.max(bin, begin);
			const to = Math.min(bin + step, end);
			const ranges = data.shown.map((process) => process.series.range(from, to));

			if (x <= session.to)
				this.addColumn(data, Math.max(x, session.from, session.origin + from * session.width), ranges,
					inWindow);
			if (inWindow)
				this.addExtras(data, session.origin + to * session.width, ranges);
		}
	}

	/* One row where no line has two values, else two: the one nearer to the row before is first. */
	addColumn(data, x, ranges, inWindow) {
		const before = data.rows[data.rows.length - 1];
		let sum = 0;
		let two = false;
		const first = [];
		const second = [];

		ranges.forEach((range, i) => {
			const process = data.shown[i];

			if (!range || x > process.last || (x < process.first && inWindow)) {
				first.push(NaN);
				second.push(NaN);
				return;
			}
			const rises = !before || !(Math.abs(before[i + 1] - range.most) < Math.abs(before[i + 1] - range.least));

			first.push(rises ? range.least : range.most);
			second.push(rises ? range.most : range.least);
			two = two || range.least !== range.most;
			sum += range.most;
			if (inWindow) {
				data.least = Math.min(data.least, range.least);
				data.most = Math.max(data.most, range.most);
			}
		});
		this.addRow(data, x, first, sum);
		if (two)
			this.addRow(data, x, second, sum);
	}

	/* Those before @end, in a column of @ranges: lines that begin in it have not been told. */
	addExtras(data, end, ranges) {
		const { extras } = this;

		while (extras.next < extras.list.length && extras.list[extras.next].t < end) {
			const { t, rank } = extras.list[extras.next++];
			const before = data.rows[data.rows.length - 1];
			const values = data.shown.map((process, i) => {
				if (!ranges[i] || t < process.first || t > process.last || (rank && t === process.last))
					return NaN;
				return Number.isNaN(before[i + 1]) ? ranges[i].most : before[i + 1];
			});

			this.addRow(data, t, values, values.reduce((sum, value) => sum + (value || 0), 0));
		}
	}

	addRow(data, x, values, sum) {
		data.rows.push([x, ...values, NaN, sum]);
	}

	/* --- flags */

	/* Those of the lines shown that have room. */
	place(from, to) {
		const inView = this.page.marks.filter((mark) => mark.x >= from && mark.x <= to &&
			(mark.process < 0 || this.page.processes[mark.process].shown));
		const placed = placeFlags(inView, (t) => this.toPixel(t), (mark) => this.hasValue(mark));

		this.handlers.thinned(placed.length, inView.length);
		return placed;
	}

	hasValue(mark) {
		const process = this.page.processes[mark.process];
		const bin = this.bin(mark.x, this.column);

		return Boolean(process) && mark.x >= process.first && mark.x < process.last &&
			process.series.range(bin, bin + this.column) !== null;
	}

	/* --- the mouse */

	/* What each process has in the column of pixels at @t. */
	rangesAt(t) {
		const bin = this.bin(t, this.column);

		return this.page.processes.map((process) =>
			(t < process.first || t > process.last ? null : process.series.range(bin, bin + this.column)));
	}

	hover(event) {
		const [x, y] = this.graph.eventToDomCoords(event);
		const t = Math.min(Math.max(this.graph.toDataXCoord(x), this.session.from), this.session.to);

		this.handlers.hover(t, this.rangesAt(t), x, y);
	}
}
