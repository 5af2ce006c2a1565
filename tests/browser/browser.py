"""A headless Chromium, driven through its DevTools protocol by the standard library alone."""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Of the keys that tests press: their code, and what they write.
KEYS = {
    "ArrowLeft": (37, ""), "ArrowUp": (38, ""), "ArrowRight": (39, ""), "ArrowDown": (40, ""),
    "Home": (36, ""), "End": (35, ""), "Tab": (9, ""), "Escape": (27, ""), "Enter": (13, "\r"), " ": (32, " "),
}


def find_program():
    """The path of a Chromium, or None. HEED_CHROMIUM names one that stands elsewhere."""
    named = os.environ.get("HEED_CHROMIUM")
    for name in [named] if named else PROGRAMS:
        path = shutil.which(name)
        if path:
            return path
    return None


class Browser:
    """One page. `console` collects all that it says, errors included."""

    def __init__(self, program, width=1280, height=900):
        self._profile = tempfile.TemporaryDirectory(prefix="heed-browser-", ignore_cleanup_errors=True)
        self._start(program, width, height)
        self._next = 0
        self._rest = b""
        self._session = None
        self.console = []
        self.requests = []
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.size(width, height)

    def _start(self, program, width, height):
        # The protocol goes through two pipes, which are the program's descriptors 3 and 4.
        read_end, self._to = os.pipe()
        self._from, write_end = os.pipe()

        def arrange():
            kept = os.dup(read_end), os.dup(write_end)
            os.dup2(kept[0], 3)
            os.dup2(kept[1], 4)

        flags = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
                 "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars",
                 f"--user-data-dir={self._profile.name}", f"--window-size={width},{height}"]
        self._process = subprocess.Popen([program, *flags], preexec_fn=arrange, close_fds=False,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_end)
        os.close(write_end)

    def close(self):
        try:
            self._session = None
            self.call("Browser.close")
        except (OSError, EOFError):
            pass
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._to)
        os.close(self._from)
        self._profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _message(self):
        while b"\0" not in self._rest:
            part = os.read(self._from, 1 << 16)
            if not part:
                raise EOFError("the browser ended")
            self._rest += part
        text, self._rest = self._rest.split(b"\0", 1)
        return json.loads(text)

    def _note(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(a.get("value", a.get("description"))) for a in parameters["args"]))
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.console.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded":
            self.console.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def call(self, method, parameters=None):
        self._next += 1
        message = {"id": self._next, "method": method, "params": parameters or {}}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._next:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer)

    def wait_for(self, method):
        while True:
            message = self._message()
            self._note(message)
            if message.get("method") == method:
                return

    def open(self, path):
        self.call("Page.navigate", {"url": pathlib.Path(path).resolve().as_uri()})
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression):
        """The value of a JavaScript expression, as JSON has it."""
        answer = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(f"{expression}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def press(self, key, times=1):
        """A key as a user presses it: what has the focus gets it, and it has its usual effect."""
        code, text = KEYS[key]
        event = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        for _ in range(times):
            self.call("Input.dispatchKeyEvent", {"type": "keyDown" if text else "rawKeyDown", "text": text, **event})
            self.call("Input.dispatchKeyEvent", {"type": "keyUp", **event})
        self.settle()

    def point_at(self, selector):
        """Moves the pointer to the middle of an element."""
        box = self.evaluate(f"""(() => {{
            const node = document.querySelector({json.dumps(selector)});
            node.scrollIntoView({{block: "center", inline: "center"}});
            const box = node.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        self.call("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": box[0], "y": box[1]})
        self.settle()

    def settle(self):
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")

    def scheme(self, name):
        """What the system prefers: light or dark."""
        self.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]})

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def screenshot(self, path, height=None):
        """The whole page, as long as it is, or its upper part of that many pixels."""
        self.settle()
        flags = {"format": "png", "captureBeyondViewport": True}
        if height:
            width = self.evaluate("document.documentElement.clientWidth")
            flags["clip"] = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        data = self.call("Page.captureScreenshot", flags)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))
