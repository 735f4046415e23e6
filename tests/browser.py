"""A browser without a window, driven over WebDriver (https://www.w3.org/TR/webdriver2/) with the standard library."""

import base64
import json
import os
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request


class Browser:
    def __init__(self, width=1280, height=1000, dark=False):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            start_new_session=True)
        for line in self.driver.stdout:
            if " on port " in line and "started" in line:
                self.url = "http://127.0.0.1:%d" % int(line.split(" on port ")[1].strip(" .\n"))
                break
        else:
            raise RuntimeError("chromedriver did not start")
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--no-first-run", "--remote-debugging-pipe", "--disable-extensions", "--disable-background-networking",
                     "--window-size=%d,%d" % (width, height), "--user-data-dir=" + tempfile.mkdtemp()]
        options = {"args": arguments, "perfLoggingPrefs": {"enableNetwork": True, "enablePage": False}}
        self.session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})["sessionId"]
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

        self.command("/url", {"url": "about:blank"})
        self.log("performance")  # of the browser's own first page

    def call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"].split("\n")[0]) from None

    def command(self, path, body=None):
        return self.call("POST", "/session/" + self.session + path, body if body is not None else {})

    def open(self, path):
        self.command("/url", {"url": "file://" + os.path.abspath(path)})

    def run(self, script, *arguments):
        """The value of a script's body."""
        return self.command("/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, name, **parameters):
        return self.command("/goog/cdp/execute", {"cmd": name, "params": parameters})

    def settle(self):
        """Until what is asked for has been drawn."""
        self.command("/execute/async", {"args": [], "script":
                     "const done = arguments[0]; let frames = 4;"
                     "function next() { frames-- ? requestAnimationFrame(next) : done(); } next();"})

    def log(self, kind):
        return self.command("/se/log", {"type": kind})

    def pointer(self, *actions):
        self.command("/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
                                               "actions": list(actions)}]})
        self.settle()

    def move(self, x, y):
        self.pointer(at(x, y))

    def click(self, x, y):
        self.pointer(at(x, y), DOWN, UP)

    def drag(self, from_x, to_x, y):
        self.pointer(at(from_x, y), DOWN, at((from_x + to_x) / 2, y), at(to_x, y), UP)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.devtools("Page.captureScreenshot", captureBeyondViewport=False)["data"]))

    def close(self):
        try:
            self.call("DELETE", "/session/" + self.session)
        finally:
            os.killpg(self.driver.pid, signal.SIGTERM)
            self.driver.wait()


DOWN = {"type": "pointerDown", "button": 0}
UP = {"type": "pointerUp", "button": 0}


def at(x, y):
    return {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y), "origin": "viewport"}
