/* The page: reads its data, and ties the chart, the processes, the strip of spans and the tables. */

function at(id) {
	return document.getElementById(id);
}

class Page {
	constructor(data) {
		const events = data.events.map(readEvent);

		this.session = data;
		this.events = events;
		this.processes = data.processes.map(readProcess);
		this.marks = findMarks(events);
		chooseShown(this.processes);
	}

	open() {
		at('view').hidden = false;
		this.lines = new LineList(at('lines'), this.processes, () => this.changed());
		this.strip = new SpanStrip(at('spans'), this.events.filter((event) => event.kind > 0));
		this.chart = new Chart(this, {
			drawn: () => this.drawn(),
			hover: (t, ranges, x, y) => this.hover(t, ranges, x, y),
			leave: () => this.leave(),
			thinned: (shown, all) => this.thinned(shown, all),
			describe: (event) => this.describe(event),
			flag: {
				click: (mark) => this.showRow(mark),
				over: (mark, event) => this.showTip(this.describe(mark), event.clientX, event.clientY),
				out: () => this.hideTip(),
			},
		});
		this.strip.arrange((process) => this.isShown(process));
		this.chart.open(at('chart'));
		this.connect();
		this.drawn();
	}

	connect() {
		const colours = window.matchMedia('(prefers-color-scheme: dark)');

		at('reset').addEventListener('click', () => this.chart.reset());
		at('wall').addEventListener('change', (event) => {
			this.chart.wall = event.target.checked;
			this.chart.feed(true);
		});
		at('zero').addEventListener('change', (event) => {
			this.chart.zero = event.target.checked;
			this.chart.feed(true);
		});
		colours.addEventListener('change', () => this.chart.feed(true));
		this.connectStrip(at('spans'));
		if (at('events'))
			at('events').querySelector('tbody').addEventListener('click', (event) => this.clickRow(event));
	}

	connectStrip(canvas) {
		canvas.addEventListener('mousemove', (event) => {
			const span = this.strip.at(event.offsetX, event.offsetY);

			canvas.style.cursor = span ? 'pointer' : '';
			if (span)
				this.showTip(this.describe(span), event.clientX, event.clientY);
			else
				this.hideTip();
		});
		canvas.addEventListener('mouseleave', () => this.hideTip());
		canvas.addEventListener('click', (event) => {
			const span = this.strip.at(event.offsetX, event.offsetY);

			if (span)
				this.zoomTo(span);
		});
		canvas.addEventListener('dblclick', () => this.chart.reset());
	}

	isShown(process) {
		return process < 0 || this.processes[process].shown;
	}

	/* Another set of lines. */
	changed() {
		this.strip.arrange((process) => this.isShown(process));
		this.chart.feed(true);
	}

	drawn() {
		if (!this.chart || !this.chart.graph)
			return;
		this.strip.draw(this.chart.graph.getArea(), at('chart').clientWidth, (t) => this.chart.toPixel(t),
			{ of: (index) => colourOf(this.processes[index]), text: cssValue('--text') });
		at('reset').disabled = !this.chart.isZoomed();
		if (!this.hovered)
			this.tellWindow();
	}

	/* --- times */

	timeText(t, digits) {
		return this.chart.wall ? formatWall(this.session, t, digits) : formatClock(t, digits);
	}

	tellWindow() {
		const [from, to] = this.chart.window();
		const digits = digitsFor((to - from) / 100);
		const column = this.chart.column * this.session.width;
		const detail = column > this.session.interval * 1.5 ?
			', least and most of each ' + formatDuration(column) : ', every sample';

		at('moment').textContent = this.timeText(from, digits) + ' – ' + this.timeText(to, digits) +
			' (' + formatDuration(to - from) + detail + ')';
	}

	thinned(shown, all) {
		const hidden = this.strip.hidden ? ', ' + this.strip.hidden + ' spans more overlap' : '';

		at('thinned').textContent = shown < all ?
			shown + ' of ' + all + ' milestones in view have room for a flag: zoom in for more' + hidden :
			hidden.slice(2);
	}

	/* --- what is under the mouse */

	hover(t, ranges, x, y) {
		const [from, to] = this.chart.window();
		const digits = Math.max(digitsFor((to - from) / 1000), digitsFor(this.session.interval));

		this.hovered = true;
		this.lines.tell(ranges);
		at('moment').textContent = this.timeText(t, digits) + ' (' +
			(this.chart.wall ? formatDate(this.session, t) : formatWall(this.session, t, 0)) + ')';
	}

	leave() {
		this.hovered = false;
		this.lines.tell(null);
		this.tellWindow();
	}

	showTip(text, x, y) {
		const tip = at('tip');

		tip.textContent = text;
		tip.hidden = false;
		tip.style.left = Math.min(x + 12, window.innerWidth - tip.offsetWidth - 8) + 'px';
		tip.style.top = Math.min(y + 16, window.innerHeight - tip.offsetHeight - 8) + 'px';
	}

	hideTip() {
		at('tip').hidden = true;
	}

	/* "#3 camera: saved", then a line of when, and whose, and with what memory. */
	describe(event) {
		const digits = Math.max(3, digitsFor(this.session.interval));
		const who = event.process < 0 ? 'session' : this.processes[event.process].text;
		const facts = [this.timeText(event.t, digits), who];

		if (event.kind > 0)
			facts.push(event.kind === 3 ? 'never ended' : formatDuration(event.end - event.t));
		if (event.rss)
			facts.push((event.stale ? '~' : '') + formatBytes(event.rss) +
				(event.rssEnd ? ' ' + formatDelta(event.rssEnd - event.rss) : ''));
		if (event.peak)
			facts.push('peak ' + (event.exact ? '' : '\u2265 ') + formatBytes(event.peak));
		return (event.number ? '#' + event.number + ' ' : '') + textOf(event) + '\n' + facts.join('  ');
	}

	/* --- tables */

	zoomTo(event) {
		const length = event.end - event.t;
		const around = length > 0 ? length * 0.25 : Math.max(20 * this.session.interval,
			(this.session.to - this.session.from) / 200);

		this.chart.zoom(event.t - around, event.end + around);
	}

	clickRow(click) {
		const row = click.target.closest('tr');

		if (!row || String(window.getSelection()))
			return;
		this.zoomTo(this.events[row.sectionRowIndex]);
		at('view').scrollIntoView({ block: 'start', behavior: 'smooth' });
	}

	showRow(event) {
		const body = at('events').querySelector('tbody');
		const chosen = body.querySelector('.chosen');

		if (chosen)
			chosen.classList.remove('chosen');
		at('events').open = true;
		body.rows[event.index].classList.add('chosen');
		body.rows[event.index].scrollIntoView({ block: 'center', behavior: 'smooth' });
	}
}

const page = new Page(JSON.parse(at('data').textContent));

page.open();
