"""A headless chromium for tests, spoken to over a pair of pipes in the protocol of its developer tools; no driver, no
port.

    with Browser() as browser:
        page = browser.open("file:///tmp/page.html", width=360, dark=True)
        page.evaluate("document.title")
        page.problems      # what was logged to the console, failed to load, or was refused by the page's policy
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile


class Browser:
    def __init__(self, program="chromium"):
        self._folder = tempfile.mkdtemp(dir="/tmp")
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        # The protocol wants descriptors 3 and 4, which the child's shell puts in place.
        command = [
            shutil.which(program),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--remote-debugging-pipe",
            "--user-data-dir=" + self._folder + "/profile",
        ]
        script = 'exec "$@" 3<&%d 4>&%d' % (to_browser, from_browser)
        self._process = subprocess.Popen(
            ["bash", "-c", script, "bash", *command],
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=open(self._folder + "/log", "wb"),
            env=dict(os.environ, HOME=self._folder, XDG_CONFIG_HOME=self._folder, XDG_CACHE_HOME=self._folder),
        )
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._next = 0
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (EOFError, OSError):
            pass
        self._process.wait(timeout=30)
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self):
        while b"\0" not in self._buffer:
            block = os.read(self._in, 1 << 20)
            if not block:
                with open(self._folder + "/log", errors="replace") as file:
                    raise EOFError("chromium ended: " + file.read()[-2000:])
            self._buffer += block
        line, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, session=None, **parameters):
        """The result of one command; events that come meanwhile are kept."""
        self._next += 1
        message = {"id": self._next, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        while True:
            answer = self._read()
            if answer.get("id") != self._next:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError("%s: %s" % (method, answer["error"]))
            else:
                return answer["result"]

    def wait_for(self, session, method):
        while not any(event.get("method") == method and event.get("sessionId") == session for event in self.events):
            self.events.append(self._read())

    def open(self, address, width=1200, height=900, dark=False, scripts=True, media=""):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable", session)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            session,
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.call(
            "Emulation.setEmulatedMedia",
            session,
            media=media,
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", session, value=True)
        self.events.clear()
        self.call("Page.navigate", session, url=address)
        self.wait_for(session, "Page.loadEventFired")
        return Page(self, session)


class Page:
    def __init__(self, browser, session):
        self._browser = browser
        self._session = session

    def evaluate(self, expression):
        answer = self._browser.call("Runtime.evaluate", self._session, expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    @property
    def problems(self):
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed")
        return [
            event
            for event in self._browser.events
            if event.get("method") in kinds and event.get("sessionId") == self._session
        ]

    @property
    def requests(self):
        return [
            event["params"]["request"]["url"]
            for event in self._browser.events
            if event.get("method") == "Network.requestWillBeSent" and event.get("sessionId") == self._session
        ]

    def accessibility(self):
        """The page as a screen reader has it: (role, name) of every node that is not left out."""
        nodes = self._browser.call("Accessibility.getFullAXTree", self._session)["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]

    def picture(self):
        """The whole page, as bytes of a PNG."""
        return base64.b64decode(
            self._browser.call("Page.captureScreenshot", self._session, captureBeyondViewport=True)["data"]
        )

    def paper(self):
        """The page as it is printed, as bytes of a PDF."""
        return base64.b64decode(self._browser.call("Page.printToPDF", self._session, preferCSSPageSize=True)["data"])
