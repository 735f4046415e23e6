/* Spans: bars in a strip below the chart, in as many rows as overlap, at the chart's own scale. */

const ROW_HEIGHT = 18;
const SPAN_ROWS = 10;

class SpanStrip {
	constructor(canvas, spans) {
		this.canvas = canvas;
		this.spans = spans;
		this.rows = 0;
		this.hidden = 0;
		this.drawn = [];
	}

	/* Give a row to each span whose process isShown. */
	arrange(isShown) {
		const ends = [];

		this.hidden = 0;
		for (const span of this.spans) {
			span.row = -1;
			if (!isShown(span.process))
				continue;
			span.row = ends.findIndex((end) => end <= span.t);
			if (span.row < 0 && ends.length < SPAN_ROWS)
				span.row = ends.push(0) - 1;
			if (span.row < 0)
				this.hidden++;
			else
				ends[span.row] = span.end;
		}
		this.rows = ends.length;
		this.canvas.hidden = this.rows === 0;
	}

	/* @area: the chart's plot, { x, w } in pixels; @colours: { of(process), text, back } */
	draw(area, width, toPixel, colours) {
		const ratio = window.devicePixelRatio || 1;
		const height = this.rows * ROW_HEIGHT + 4;
		const context = this.canvas.getContext('2d');

		this.drawn = [];
		if (this.rows === 0)
			return;
		this.canvas.width = Math.round(width * ratio);
		this.canvas.height = Math.round(height * ratio);
		this.canvas.style.width = width + 'px';
		this.canvas.style.height = height + 'px';
		context.scale(ratio, ratio);
		context.beginPath();
		context.rect(area.x, 0, area.w, height);
		context.clip();
		context.font = '11px system-ui, sans-serif';
		context.textBaseline = 'middle';
		for (const span of this.spans) {
			if (span.row >= 0)
				this.drawSpan(context, span, area, toPixel, colours);
		}
	}

	drawSpan(context, span, area, toPixel, colours) {
		const left = Math.max(area.x - 2, toPixel(span.t));
		const right = Math.min(area.x + area.w + 2, toPixel(span.end));
		const top = span.row * ROW_HEIGHT + 2;
		const width = Math.max(2, right - left);

		if (left > area.x + area.w || right < area.x)
			return;
		this.drawn.push({ span, left, right: left + width, top });
		context.globalAlpha = 0.35;
		context.fillStyle = colours.of(span.process);
		context.fillRect(left, top, width, ROW_HEIGHT - 3);
		context.globalAlpha = 1;
		context.fillRect(left, top, 2, ROW_HEIGHT - 3);
		if (width > 30)
			this.drawText(context, textOf(span), left + 6, top, width - 10, colours.text);
	}

	drawText(context, text, left, top, width, colour) {
		const full = context.measureText(text).width;
		let shown = text;

		if (full > width) {
			const letters = Array.from(text);
			const length = Math.floor(letters.length * (width - 10) / full);

			if (length < 2)
				return;
			shown = letters.slice(0, length).join('') + '…';
		}
		context.fillStyle = colour;
		context.fillText(shown, left, top + ROW_HEIGHT / 2 - 1);
	}

	/* The span drawn at a place of the canvas. */
	at(x, y) {
		const found = this.drawn.filter((bar) =>
			x >= bar.left - 2 && x <= bar.right + 2 && y >= bar.top && y < bar.top + ROW_HEIGHT);

		return found.length ? found[found.length - 1].span : null;
	}
}
