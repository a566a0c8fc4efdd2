"""The trace as one HTML file: buttons and keys go from step to step; no request, and readable without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from graders.show import trace
from graders.show.pictures.backprop_trace import heading
from graders.show.style import DARK, LIGHT, Theme


def render(story: trace.Story, whose: str, instead: str = "") -> str:
    """The page. `instead` is the line that says why these are not the learner's numbers."""
    sealed = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{sealed}'; "
        "base-uri 'none'; form-action 'none'"
    )
    title = f"Backpropagation, step by step · {whose}"
    note = f'<p class="note">{escape(instead)}</p>\n' if instead else ""
    steps = "".join(_step(step, k, len(story.steps) - 1) for k, step in enumerate(story.steps))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{note}"
        '<p>A 2-2-1 network, one example. <span class="ahead">Forward</span> come z and a, '
        '<span class="back">backward</span> the slopes, the error signals δ and the gradients; '
        '<span class="new">→</span> is what one step makes of a parameter.</p>\n'
        f"{_buttons(len(story.steps) - 1)}"
        '<div class="board" tabindex="0" role="region" aria-label="The network with its numbers">'
        f"{_board(story)}</div>\n"
        f'<ol id="steps" aria-live="polite">{steps}</ol>\n</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n'
    )


def _buttons(last: int) -> str:
    names = (
        ("first", "First", "Home"),
        ("back", "Back", "ArrowLeft"),
        ("next", "Next", "ArrowRight"),
        ("last", "Last", "End"),
        ("play", "Play", ""),
    )
    keys = {"first": "Home", "back": "←", "next": "→", "last": "End", "play": "P"}
    buttons = "".join(
        f'<button type="button" id="{id}" aria-keyshortcuts="{shortcut or "P"}">{label} <kbd>{keys[id]}</kbd></button>'
        for id, label, shortcut in names
    )
    return (
        f'<div class="bar" hidden id="bar">{buttons}'
        f'<label>Step <input type="range" id="at" min="0" max="{last}" value="0"></label></div>\n'
    )


def _board(story: trace.Story) -> str:
    lines = "".join(
        f'<path class="edge" d="M{e.x1} {e.y1}L{e.x2} {e.y2}" marker-end="url(#tip)"/>' for e in story.edges
    )
    boxes = "".join(
        f'<rect class="box" x="{b.x}" y="{b.y}" width="{b.width}" height="{b.height}" rx="8"/>'
        f'<text class="name" x="{b.x + 10}" y="{b.y + 18}">{escape(b.title)}</text>'
        for b in story.boxes
    )
    marks = "".join(
        f'<text class="{m.kind}{" strong" if m.strong else ""}" x="{m.x:g}" y="{m.y:g}" text-anchor="{m.anchor}" '
        f'data-since="{m.since}">{escape(m.text)}</text>'
        for m in story.marks
    )
    return (
        f'<svg viewBox="0 0 {trace.WIDTH} {trace.HEIGHT}" role="img" aria-label="Two inputs, two hidden neurons, one '
        'output neuron and the loss; the numbers are in the steps below">'
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path class="tip" d="M0 1L10 5L0 9z"/></marker></defs>{lines}{boxes}{marks}</svg>'
    )


def _step(step: trace.Step, k: int, last: int) -> str:
    lines = "".join(f"<li><code>{escape(line)}</code></li>" for line in step.lines)
    return (
        f'<li data-step="{k}"><h2 class="{step.direction}"><small>Step {k} of {last}</small> '
        f"{escape(heading(step))}</h2>"
        f"<p>{escape(step.formula)}</p><ul>{lines}</ul></li>"
    )


def _variables(theme: Theme) -> str:
    names = ("paper", "ink", "muted", "line", "inset", "ahead")
    plain = "".join(f"--{name}:{getattr(theme, name)};" for name in names)
    return f"{plain}--back:{theme.back_ink};--new:{theme.third_ink};"


def _style() -> str:
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}\n{_RULES}"
    )


_RULES = """*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
 font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:74rem;margin:0 auto;padding:1.25rem}
h1{font-size:1.35rem;line-height:1.25;margin:0 0 .5rem}
p{margin:.4rem 0 .8rem}
.note{border-left:.3rem solid var(--back);background:var(--inset);padding:.6rem .9rem}
.bar{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:.75rem 0}
.bar[hidden]{display:none}
button{font:inherit;color:inherit;background:var(--inset);border:1px solid var(--muted);border-radius:.4rem;
 padding:.4rem .8rem;min-height:2.5rem;cursor:pointer}
button:disabled{opacity:.5;cursor:default}
kbd{font:.8em ui-monospace,Menlo,Consolas,monospace;color:var(--muted);margin-left:.25rem}
label{display:flex;gap:.5rem;align-items:center;flex:1 1 12rem}
input{flex:1;min-width:6rem;accent-color:var(--ahead)}
:focus-visible{outline:3px solid var(--ahead);outline-offset:2px;border-radius:.25rem}
.board{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
svg{display:block;width:100%;min-width:58rem;height:auto}
svg text{font-size:13.5px;fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:4px}
.box~text{stroke:var(--inset)}
svg text.ahead{fill:var(--ahead)} svg text.back{fill:var(--back)} svg text.new{fill:var(--new)}
svg text.name{fill:var(--muted);stroke:none}
svg text[text-anchor=middle]{stroke:var(--paper)}
svg .strong{font-weight:700}
svg text.later{visibility:hidden}
svg text.fresh{text-decoration:underline;text-decoration-thickness:2px;text-underline-offset:3px}
.edge{stroke:var(--muted);stroke-width:1.3;fill:none}
.tip{fill:var(--muted)}
.box{fill:var(--inset);stroke:var(--muted)}
ol,ul{list-style:none;padding:0;margin:0}
ol>li{margin:1rem 0}
ol.one>li{display:none}
ol.one>li.now{display:block;min-height:19rem}
h2{font-size:1.15rem;margin:0}
h2 small{font-weight:400;color:var(--muted);margin-right:.6rem}
.ahead{color:var(--ahead)} .back{color:var(--back)} .new{color:var(--new)}
code{font:.95rem/1.7 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
@media print{.bar{display:none}ol.one>li{display:block}}
"""

_SCRIPT = """
"use strict";
const marks = [...document.querySelectorAll("[data-since]")];
const steps = [...document.querySelectorAll("[data-step]")];
const board = document.querySelector(".board");
const range = document.getElementById("at");
const button = id => document.getElementById(id);
let now = 0, timer = null;
function show(step) {
  now = Math.max(0, Math.min(steps.length - 1, step));
  for (const mark of marks) {
    const since = Number(mark.dataset.since);
    mark.classList.toggle("later", since > now);
    mark.classList.toggle("fresh", since === now && now > 0);
  }
  steps.forEach((item, k) => item.classList.toggle("now", k === now));
  range.value = now;
  button("first").disabled = button("back").disabled = now === 0;
  button("last").disabled = button("next").disabled = now === steps.length - 1;
  if (now === steps.length - 1) stop();
  const fresh = marks.filter(mark => mark.classList.contains("fresh"));
  if (fresh.length && board.scrollWidth > board.clientWidth) {
    const scale = board.scrollWidth / board.querySelector("svg").viewBox.baseVal.width;
    const xs = fresh.map(mark => Number(mark.getAttribute("x")) * scale);
    board.scrollLeft = (Math.min(...xs) + Math.max(...xs)) / 2 - board.clientWidth / 2;
  }
}
function stop() {
  clearInterval(timer);
  timer = null;
  button("play").firstChild.textContent = "Play ";
}
function play() {
  if (timer !== null) return stop();
  if (now === steps.length - 1) show(0);
  button("play").firstChild.textContent = "Pause ";
  timer = setInterval(() => show(now + 1), 2500);
}
const actions = {
  first: () => show(0), back: () => show(now - 1), next: () => show(now + 1),
  last: () => show(steps.length - 1), play,
};
const keys = {Home: "first", ArrowLeft: "back", ArrowRight: "next", End: "last", p: "play", P: "play"};
for (const id of Object.keys(actions)) button(id).addEventListener("click", actions[id]);
range.addEventListener("input", () => show(Number(range.value)));
document.addEventListener("keydown", event => {
  const id = keys[event.key];
  if (!id || event.target === range || event.target === board || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[id]();
});
document.getElementById("steps").classList.add("one");
button("bar").hidden = false;
show(0);
"""
