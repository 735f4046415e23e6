"""What a person does with an exported page, in a browser: export_html_checks.py SHORT.html LONG.html [PICTURES]."""

import html.parser
import json
import os
import sys

from browser import Browser

ROCKET = "\U0001f680"


def check(what, passed, found=""):
    if not passed:
        sys.exit("%s: found %s" % (what, found))


def check_equal(what, expected, found):
    check("%s: expected %r" % (what, expected), expected == found, repr(found))


class Tables(html.parser.HTMLParser):
    """The page's tables as somebody without scripts has them, by the id of what is around them."""

    def __init__(self, path):
        super().__init__()
        self.tables, self.id, self.cell, self.tags, self.texts = {}, None, None, [], {}
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in ("section", "details"):
            self.id = dict(attributes).get("id")
            self.tables[self.id] = []
        elif tag == "tr":
            self.tables[self.id].append([])
        elif tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[self.id][-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def check_static(path):
    page = Tables(path)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    check("policy", policy.startswith("default-src 'none'; ") and "unsafe-inline" not in policy.split("script-src")[1],
          policy)
    check_equal("scripts", 3, sum(tag == "script" for tag, _ in page.tags))
    check("nothing is named that would be loaded",
          not [t for t, a in page.tags if t in ("link", "img", "iframe", "object", "base") or "src" in a or "href" in a],
          page.tags)
    check("nothing of the events is markup", all(not key.startswith("on") for _, a in page.tags for key in a), page.tags)
    check_equal("processes", ["recorder", "child", "child", "gone at once"],
                [row[0] for row in page.tables["processes"][1:]])
    check_equal("ends", ["alive", "killed by SIGKILL", "dropped", "exited with status 3"],
                [row[4] for row in page.tables["processes"][1:]])
    events = {row[1]: row for row in page.tables["events"][1:]}
    check_equal("a milestone", ["1", "0:00.150", "recorder[4321]", "camera", "recording started", "", "11.0 MiB", "",
                                ""],
                events["0:00.150"])
    check_equal("a span", ["", "0:00.160", "recorder[4321]", "I/O", "read", "90.0 ms", "11.0 MiB", "+2.0 MiB",
                             "14.0 MiB"],
                events["0:00.160"])
    check_equal("a span's peak that is a lower bound", "\u2265 13.0 MiB", events["0:00.180"][8])
    check_equal("memory of another moment", "~30.0 MiB", events["0:01.650"][6])
    check_equal("markup in a label", ["</script>", "<script>alert(1)</script><!-- ]]> &amp;"], events["0:00.310"][3:5])
    check_equal("an emoji and a reversed text", ROCKET + " launched \\u202edesrever", events["0:00.320"][4])
    check_equal("control bytes", "\\x1b]0;owned\\x07 %s%n $x_1$ \\frac{} `id` $(id) 'q' a\\b", events["0:00.330"][4])
    check_equal("bytes that are no UTF-8", "bad \ufffd\ufffd bytes", events["0:00.350"][4])
    check_equal("a span cut short", "60.0 ms, cut short", events["0:00.630"][5])
    check_equal("a span that never ends", "never ended", events["0:01.010"][5])
    check_equal("order", sorted(events), [row[1] for row in page.tables["events"][1:]])
    check_equal("gaps", [["0:00.400", "0:00.600", "session", "missed ticks", "2"],
                         ["0:00.900", "0:00.950", "child[99]", "dropped events", "7"]], page.tables["gaps"][1:])
    check_equal("categories", {"compute", "I/O", "work", ""}, {row[0] for row in page.tables["categories"][1:]})


# --- in the browser

HELP = """
window.pixels = (colour) => {
    const canvas = document.querySelector("#chart canvas");
    const copy = document.createElement("canvas");
    copy.width = canvas.width; copy.height = canvas.height;
    const box = copy.getContext("2d", { willReadFrequently: true });
    box.fillStyle = colour; box.fillRect(0, 0, 1, 1);
    const want = box.getImageData(0, 0, 1, 1).data;
    box.clearRect(0, 0, 1, 1);
    box.drawImage(canvas, 0, 0);
    const data = box.getImageData(0, 0, copy.width, copy.height).data;
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
        count += data[i + 3] > 128 && Math.abs(data[i] - want[0]) + Math.abs(data[i + 1] - want[1]) +
            Math.abs(data[i + 2] - want[2]) < 24;
    return count;
};
"""


def point(browser, t, y):
    """Of the page, in pixels: time @t, a fraction @y of the plot's height from its top."""
    return browser.run("""const box = document.querySelector("#chart").getBoundingClientRect();
        const area = page.chart.graph.getArea();
        return [box.x + page.chart.toPixel(arguments[0]), box.y + area.y + area.h * arguments[1]];""", t, y)


def values(browser):
    return browser.run("return [...document.querySelectorAll('.line')].map((line) => line.textContent);")


def flags(browser):
    return browser.run("return [...document.querySelectorAll('.flag')].map((flag) => [flag.textContent, flag.title]);")


def window(browser):
    return browser.run("return page.chart.window();")


def ink(browser, line):
    return browser.run("return pixels(colourOf({ hue: arguments[0] }));", line)


def check_drawn(browser):
    for line in range(3):
        check("pixels of line %d" % line, ink(browser, line) > 100, ink(browser, line))
    check_equal("range selector", True, browser.run(
        "return document.querySelectorAll('.dygraph-rangesel-zoomhandle').length === 2"))
    check_equal("spans", ["read", "parse, \"nested\"", "overlaps", "cut short by its death", "never ends"],
                browser.run("return page.strip.drawn.map((bar) => bar.span.label);"))
    rows = browser.run("return page.strip.drawn.map((bar) => bar.span.row);")
    check_equal("overlapping spans are in rows of their own", [0, 1, 1, 0, 0], rows)


def check_hover(browser):
    browser.move(*point(browser, 0.45, 0.5))
    check_equal("values under the mouse",
                ["recorder[4321]13.0 MiB", "child[99]0 B", "child[99]–", "gone at once[5000]–"], values(browser))
    browser.move(*point(browser, 0.25, 0.5))
    check_equal("values under the mouse", ["recorder[4321]12.0 MiB", "child[99]1.5 GiB"], values(browser)[:2])
    moment = browser.run("return document.getElementById('moment').textContent;")
    check("the time under the mouse", moment.startswith(("0:00.249", "0:00.25")) and "22:13:20" in moment, moment)
    browser.move(*point(browser, 0.75, 0.5))
    check_equal("after an end there is no value", "child[99]–", values(browser)[1])


def check_flags(browser):
    shown = dict(flags(browser))
    check("a flag's text", shown.get("1", "").startswith("#1 camera: recording started\n0:00.150  recorder[4321]") and
          "11.0 MiB" in shown["1"], shown)
    check("markup on a flag", shown["6"].startswith("#6 </script>: <script>alert(1)</script><!-- ]]> &amp;\n"), shown["6"])
    check("an emoji on a flag", shown["7"].startswith("#7 " + ROCKET), shown["7"])
    box = browser.run("""const flag = [...document.querySelectorAll('.flag')].find((flag) => flag.textContent === '6');
        const box = flag.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2];""")
    browser.move(*box)
    tip = browser.run("const tip = document.getElementById('tip'); return tip.hidden ? '' : tip.textContent;")
    check_equal("the tip of a flag", shown["6"], tip)
    check_equal("elements in the tip", 0, browser.run("return document.getElementById('tip').children.length;"))
    check_equal("scripts", 3, browser.run("return document.scripts.length;"))


def check_switch(browser):
    before = ink(browser, 1)
    browser.click(*browser.run("""const box = document.querySelectorAll('.line input')[1].getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];"""))
    check("a line that is switched off", ink(browser, 1) == 0 < before, (before, ink(browser, 1)))
    check("its flags go with it", "3" not in dict(flags(browser)), flags(browser))
    top = browser.run("return page.chart.graph.yAxisRange()[1];")
    check("the axis fits what is left", top < 60 << 20, top)
    labels = browser.run("return [...document.querySelectorAll('.dygraph-axis-label-y')].map((label) => label.textContent);")
    check("round numbers on the axis", "10 MiB" in labels and "20 MiB" in labels, labels)
    browser.run("document.querySelectorAll('.line input')[1].click();")
    browser.settle()
    check("it is switched on again", ink(browser, 1) == before, (before, ink(browser, 1)))


def check_zoom(browser):
    browser.drag(point(browser, 0.5, 0)[0], point(browser, 1.5, 0)[0], point(browser, 0, 0.7)[1])
    from_s, to_s = window(browser)
    check("dragging zooms", abs(from_s - 0.5) < 0.02 and abs(to_s - 1.5) < 0.02, (from_s, to_s))
    check_equal("the strip of spans goes with it", ["overlaps", "cut short by its death", "never ends"],
                browser.run("return page.strip.drawn.map((bar) => bar.span.label);"))
    browser.click(*browser.run("""const box = document.getElementById('reset').getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];"""))
    check_equal("all", [0, 2], window(browser))
    row = "document.querySelectorAll('#events tbody tr')[1]"
    check("the row of a span", "read" in browser.run("return %s.textContent;" % row))
    browser.run("%s.click(); window.scrollTo(0, 0);" % row)
    browser.settle()
    from_s, to_s = window(browser)
    check("a row's click zooms to it", 0.1 < from_s < 0.16 and 0.25 < to_s < 0.3, (from_s, to_s))
    browser.run("page.chart.reset(); document.getElementById('wall').click();")
    browser.settle()
    labels = browser.run("return [...document.querySelectorAll('.dygraph-axis-label-x')].map((label) => label.textContent);")
    check("the wall clock", "22:13:20.4" in labels, labels)
    browser.run("document.getElementById('wall').click();")


def drawn_range(browser, line):
    """The least and the most of what dygraphs has been given of a line in the window, and how many points."""
    return browser.run("""const graph = page.chart.graph, [from, to] = graph.xAxisRange();
        const column = graph.getLabels().indexOf('line' + arguments[0]);
        let least = Infinity, most = -Infinity, count = 0;
        for (let i = 0; i < graph.numRows(); i++) {
            const x = graph.getValue(i, 0), y = graph.getValue(i, column);
            if (x < from || x > to || Number.isNaN(y)) continue;
            count++; least = Math.min(least, y); most = Math.max(most, y);
        }
        return [least, most, count];""", line)


def check_long(browser):
    peaks = browser.run("return page.processes.map((process) => process.most);")
    width = browser.run("return page.chart.graph.getArea().w;")
    check_equal("lines", 4, len(peaks))
    for line, peak in enumerate(peaks):
        least, most, count = drawn_range(browser, line)
        check_equal("the highest sample of line %d is drawn" % line, peak, most)
        check("points of line %d" % line, width / 2 < count < 2.2 * width + 100, count)
    thinned = browser.run("return document.getElementById('thinned').textContent;")
    check("flags are thinned out, which is said", len(flags(browser)) <= 50 and "of 3600 milestones" in thinned, thinned)
    # where the highest sample of line 0 lies, and that it is still drawn in any window around it
    t = browser.run("""const [bins] = page.processes[0].series.levels;
        return page.session.origin + (bins.first + bins.most.indexOf(page.processes[0].most)) * page.session.width;""")
    before = browser.run("return page.chart.column;")
    for width_s in (9000, 700, 40, 2):
        browser.run("page.chart.zoom(arguments[0], arguments[1]);", t - width_s * 0.4, t + width_s * 0.6)
        browser.settle()
        check_equal("the highest sample in a window of %d s" % width_s, peaks[0], drawn_range(browser, 0)[1])
        column = browser.run("return page.chart.column;")
        check("zooming brings finer data", column < before or column == 1, (before, column))
        before = column
    check_equal("the finest", 1, before)
    browser.run("page.chart.reset();")


def check_quiet(browser):
    messages = [entry["message"] for entry in browser.log("browser")]
    check_equal("messages of the console", [], messages)
    sent = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    urls = [event["params"]["request"]["url"] for event in sent if event["method"] == "Network.requestWillBeSent"]
    check("the page itself was loaded", any(url.endswith(".html") for url in urls), urls)
    check_equal("requests", [], [url for url in urls if not url.endswith(".html") and not url.startswith("data:")])


def picture(browser, name):
    if len(sys.argv) > 3:
        browser.move(1, 1)
        browser.screenshot(os.path.join(sys.argv[3], name + ".png"))


def main():
    check_static(sys.argv[1])
    browser = Browser()
    try:
        browser.open(sys.argv[1])
        browser.settle()
        browser.run(HELP)
        for part in (check_drawn, check_hover, check_flags, check_switch, check_zoom):
            part(browser)
        browser.settle()
        picture(browser, "short")
        check_quiet(browser)
        browser.open(sys.argv[2])
        browser.settle()
        loaded = browser.run("return performance.getEntriesByType('navigation')[0].loadEventEnd;")
        print("ten hours of four processes: %d KiB, drawn after %d ms" % (os.path.getsize(sys.argv[2]) >> 10, loaded))
        check("it opens", loaded > 0, loaded)
        check_long(browser)
        picture(browser, "long")
        check_quiet(browser)
    finally:
        browser.close()


main()
