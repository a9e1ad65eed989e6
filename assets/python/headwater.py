"""Records how gradients flow through a network while it trains, and shows what was recorded."""


class Misuse(ValueError):
    """Something that cannot be done as it was asked for; its text is one sentence that says what is accepted."""


# --- looking ---

import base64
import gzip
import html
import json
import math
import os
import sys
import zlib

_VIEWER = "headwater-viewer.html"
# Where the viewer takes recordings; `headwater report` and `cargo xtask` know the same line.
_PLACE = "<!-- Recordings stand here. -->"
_GZIP = b"\x1f\x8b"


def show(*recordings, viewer=None, height=760):
    """Shows recordings in a notebook: make it the last line of a cell.

    `recordings` are names of files, or runs of `record` (one that still goes on is shown as far as it is). Several are
    shown together. `viewer` is the file `headwater-viewer.html`; without it the one beside this module or the one that was
    installed with it is taken. It is put whole into the notebook, with the recordings, and loads nothing: so it also works
    in a notebook that was exported to HTML. Where there is no viewer a drawing of the profile is shown in its place.
    `height` is that of the frame in pixels.
    """
    if not recordings:
        raise Misuse('show needs a recording, such as show("run.headwater.jsonl") or show(run).')
    if isinstance(height, bool) or not isinstance(height, int) or height < 100:
        raise Misuse(f"height is {height!r}; a whole number of pixels from 100 on is accepted.")
    files = [_Recording(recording) for recording in recordings]
    page = _viewer(viewer)
    return _Shown(files, _framed(page, files, height) if page else "".join(map(_drawn, files)) + _HOW)


class _Shown:
    """What `show` returns: notebooks show its HTML."""

    def __init__(self, files, text):
        self._files, self._text = files, text

    def _repr_html_(self):
        return self._text

    def __repr__(self):
        names = ", ".join(file.name for file in self._files)
        return f"<{names}: a notebook shows it here, and `headwater report` makes a page of it>"


class _Recording:
    """A recording's file: its bytes, and the profile of each of its steps."""

    def __init__(self, recording):
        # A run of `record` has a file, which has a path.
        path = getattr(getattr(recording, "file", None), "path", recording)
        try:
            path = os.fspath(path)
        except TypeError:
            raise Misuse(
                f"show was given {type(recording).__name__}; the name of a recording or a run of record is accepted."
            ) from None
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        self.name = os.path.basename(path)
        try:
            with open(path, "rb") as file:
                self.bytes = file.read()
        except OSError as error:
            raise Misuse(f"{path} cannot be read: {error.strerror}.") from None
        lines = list(self._lines())
        headers = [line for line in lines if line.get("type") == "header" and isinstance(line.get("blocks"), list)]
        if not headers:
            raise Misuse(f'{path} is no recording: no line is a header, {{"type":"header","schema":1,…}}.')
        self.model, self.blocks = headers[0].get("model"), len(headers[0]["blocks"])
        lane = headers[0].get("lane", "a")
        steps = [line for line in lines if line.get("type") == "step" and line.get("lane", "a") == lane]
        profiles = [(line.get("step"), (line.get("columns") or {}).get("grad_in_l2")) for line in steps]
        self.profiles = [(step, profile) for step, profile in profiles if profile]

    def _lines(self):
        """The lines, as far as the file is whole."""
        for line in self._text().split(b"\n"):
            try:
                read = json.loads(line)
            except ValueError:
                continue
            if isinstance(read, dict):
                yield read

    def _text(self):
        rest, text = self.bytes, b""
        if not rest.startswith(_GZIP):
            return rest
        # A file of several members, the last of which may be cut.
        while rest.startswith(_GZIP):
            member = zlib.decompressobj(wbits=31)
            try:
                text += member.decompress(rest)
            except zlib.error:
                break
            rest = member.unused_data
        return text

    def packed(self):
        return self.bytes if self.bytes.startswith(_GZIP) else gzip.compress(self.bytes, mtime=0)


def _viewer(path):
    """The viewer's text; None where there is none."""
    if path is None:
        folders = [os.path.dirname(os.path.abspath(__file__)), os.path.join(sys.prefix, "share", "headwater")]
        found = [own for own in (os.path.join(folder, _VIEWER) for folder in folders) if os.path.isfile(own)]
        if not found:
            return None
        path = found[0]
    try:
        with open(path, encoding="utf-8") as file:
            page = file.read()
    except (OSError, TypeError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Misuse(f"The viewer {path} cannot be read: {why}; the file {_VIEWER} of `cargo xtask dist` is accepted.") from None
    if page.count(_PLACE) != 1:
        raise Misuse(f"{path} is no viewer: the file {_VIEWER} of `cargo xtask dist` is accepted.")
    return page


def _framed(page, files, height):
    """A frame that holds the viewer with the recordings inside."""
    names = []
    for file in files:
        number, name = 2, file.name
        while name in names:
            name, number = f"{file.name} ({number})", number + 1
        names.append(name)
    settings = '<script type="application/json" id="headwater-settings">{"embed": "0"}</script>\n'
    inside = "".join(
        f'<script type="text/plain" data-recording="{html.escape(name)}">{base64.b64encode(file.packed()).decode()}</script>\n'
        for name, file in zip(names, files)
    )
    page = page.replace(_PLACE, settings + inside)
    title = html.escape("Headwater: " + ", ".join(names))
    return (
        f'<iframe srcdoc="{html.escape(page)}" sandbox="allow-scripts allow-downloads" title="{title}" '
        f'style="width:100%;height:{height}px;border:0"></iframe>'
    )


_HOW = (
    f"<p>This is a drawing. For the page itself, in which every step can be looked at, put <code>{_VIEWER}</code> "
    "(<code>cargo xtask dist</code> makes it) beside <code>headwater.py</code>, or name it: "
    "<code>headwater.show(…, viewer=PATH)</code>.</p>"
)

# Read on white and on black alike.
_HUES = ["#8a8a8a", "#c2661d", "#1f86d1"]


def _drawable(value):
    """A value of a column that a log axis can show; None for any other."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    return float(value) if good else None


def _drawn(file):
    """The profile at the first, a middle and the last recorded step, as SVG: block by block on a log axis."""
    title = f"Gradient passed on by each block: {file.model + ', ' if file.model else ''}{file.name}"
    picked = sorted({0, len(file.profiles) // 2, len(file.profiles) - 1}) if file.profiles else []
    curves = [(step, [_drawable(value) for value in profile]) for step, profile in (file.profiles[index] for index in picked)]
    values = [value for _, curve in curves for value in curve if value is not None]
    if not values:
        return f"<p>{html.escape(title)}: no step holds a gradient above 0.</p>"
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    width, left, right, top, bottom = 720, 62, 610, 34, 250
    count = max(len(curve) for _, curve in curves)
    x = lambda block: left + (right - left) * ((block + 0.5) / count)
    y = lambda value: bottom - (bottom - top) * (math.log10(value) - low) / (high - low)
    text = lambda at, words, more="": f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" {more}>{html.escape(words)}</text>'
    parts = [text((left, 18), title, 'font-weight="bold"')]
    for power in range(low, high + 1, max(1, (high - low + 5) // 6)):
        level = y(10.0**power)
        parts.append(f'<path d="M{left} {level:.1f}H{right}" stroke="currentColor" stroke-opacity="0.2"/>')
        parts.append(text((left - 8, level + 4), f"1e{power}", 'text-anchor="end"'))
    for block in sorted({0, count - 1} | set(range(4, count - 3, max(5, 5 * (count // 50))))):
        parts.append(text((x(block), bottom + 16), str(block + 1), 'text-anchor="middle"'))
    parts.append(text(((left + right) / 2, bottom + 34), "block (1 = nearest the input)", 'text-anchor="middle"'))
    ends = []
    for (step, curve), hue in zip(curves, _HUES[-len(curves) :]):
        path, joined = "", False
        for block, value in enumerate(curve):
            if value is not None:
                path += f"{'L' if joined else 'M'}{x(block):.1f} {y(value):.1f}"
                parts.append(f'<circle cx="{x(block):.1f}" cy="{y(value):.1f}" r="2" fill="{hue}"/>')
            joined = value is not None
        parts.append(f'<path d="{path}" fill="none" stroke="{hue}" stroke-width="2"/>')
        last = [value for value in curve if value is not None]
        ends += [(y(last[-1]), f"step {step}", hue)] if last else []
    free = top
    for level, words, hue in sorted(ends):
        free = max(level, free)
        parts.append(f'<path d="M{right + 4} {free:.1f}h14" stroke="{hue}" stroke-width="3"/>')
        parts.append(text((right + 22, free + 4), words))
        free += 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 290" role="img" aria-label="{html.escape(title)}" '
        f'style="max-width:{width}px;width:100%" font-family="sans-serif" font-size="12" fill="currentColor">'
        + "".join(parts)
        + "</svg>"
    )
