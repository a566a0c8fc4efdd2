"""The style sheet of report.html. Colours are named once, for light and for dark."""

from __future__ import annotations

LIGHT = {
    "page": "#f7f7f4",
    "card": "#ffffff",
    "inset": "#f1f2ef",
    "text": "#1c2228",
    "muted": "#535d68",
    "line": "#d8dcd9",
    "link": "#14548c",
    "passed": "#17693a",
    "failed": "#a6232b",
    "not_started": "#5a646f",
    "timeout": "#8a4a00",
    "crashed": "#8a2d63",
    "error": "#57389b",
    "more": "#9a4a06",
    "less": "#3f3a94",
}

DARK = {
    "page": "#131619",
    "card": "#1a1e22",
    "inset": "#22272c",
    "text": "#e5e8ea",
    "muted": "#a5afb9",
    "line": "#343b42",
    "link": "#8dc1f5",
    "passed": "#74cf98",
    "failed": "#ff9a95",
    "not_started": "#a5afb9",
    "timeout": "#efb45f",
    "crashed": "#f2a3d0",
    "error": "#c5b0ff",
    "more": "#f2a65a",
    "less": "#a9a4f5",
}


def style_sheet() -> str:
    """The whole sheet. Nothing in it is fetched from anywhere."""
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}\n{_RULES}"
        f"@media print{{:root{{{_variables(LIGHT)}}}{_PRINT}}}\n"
    )


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


_RULES = """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);overflow-wrap:anywhere;
 font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:56rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.25rem}
footer{padding-bottom:3rem;color:var(--muted);font-size:.875rem}
h1{font-size:1.05rem;font-weight:600;margin:0;color:var(--muted)}
h2{font-size:1.25rem;line-height:1.3;margin:2.75rem 0 .75rem;display:flex;gap:.5rem 1rem;
 justify-content:space-between;align-items:baseline;flex-wrap:wrap}
h2 small,.count,.name{font-size:.875rem;font-weight:400;color:var(--muted);white-space:nowrap}
h4{font-size:1rem;margin:0}
p{margin:.4rem 0}
a{color:var(--link)}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
pre{background:var(--inset);border-radius:.375rem;padding:.65rem .8rem;margin:.5rem 0;
 white-space:pre-wrap;max-height:26rem;overflow-y:auto}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:.25rem}
.skip{position:absolute;left:-100rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.score{font-size:2.6rem;font-weight:650;line-height:1.15;margin:.35rem 0 .9rem;
 letter-spacing:-.015em;font-variant-numeric:tabular-nums}
.score small{font-size:1.05rem;font-weight:400;color:var(--muted);letter-spacing:0}
.bar{display:flex;gap:2px;height:.7rem;border-radius:.35rem;overflow:hidden;background:var(--line)}
.bar i{min-width:3px}
ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;margin:.6rem 0;
 font-size:.875rem}
.dot{display:inline-block;width:.7rem;height:.7rem;border-radius:.2rem;margin-right:.4rem}
.note{border-left:.3rem solid var(--error);background:var(--card);padding:.7rem 1rem;
 margin:1.25rem 0;border-radius:.25rem}
.next{border-color:var(--link)}
nav ul{list-style:none;padding:0;margin:1.25rem 0 0;display:flex;flex-wrap:wrap;gap:.35rem 1.4rem}
details.point{background:var(--card);border:1px solid var(--line);border-radius:.5rem;
 margin:.5rem 0}
summary{cursor:pointer}
.point>summary{display:flex;gap:.7rem;padding:.7rem .9rem;align-items:baseline;list-style:none}
.point>summary::-webkit-details-marker{display:none}
.point>summary::after{content:"+";color:var(--muted);width:.8rem;text-align:center;flex:none}
.point[open]>summary::after{content:"\\2212"}
.what{flex:1;min-width:0}
.mark{flex:none;width:1.1rem;font-weight:700;text-align:center}
.state{font-size:.8125rem;font-weight:600;white-space:nowrap}
.checks{list-style:none;margin:0;padding:0}
.checks>li{border-top:1px solid var(--line);padding:.8rem .9rem .8rem 2.7rem;position:relative}
.checks .mark{position:absolute;left:.9rem}
.top{display:flex;flex-wrap:wrap;gap:.1rem .9rem;align-items:baseline}
.top h4{font-weight:500;flex:1 1 16rem;min-width:0}
.wrong .top h4{font-weight:600}
.said{font-weight:600}
.tags{list-style:none;padding:0;margin:.4rem 0;display:flex;flex-wrap:wrap;gap:.4rem}
.tags li{border:1px solid var(--line);background:var(--inset);border-radius:1rem;
 padding:.05rem .7rem;font-size:.875rem}
.meta{color:var(--muted);font-size:.875rem}
.extra{margin:.4rem 0}
.extra>summary{color:var(--link);font-size:.9375rem}
dl.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem 1rem;
 margin:2.5rem 0 0;border-top:1px solid var(--line);padding-top:1rem}
dl.facts dd{margin:0}
figure{margin:1rem 0;background:var(--card);border:1px solid var(--line);border-radius:.5rem;
 padding:1rem}
figure svg{display:block;width:100%;max-width:36rem;height:auto}
figcaption{font-size:.875rem;color:var(--muted)}
figcaption ul{color:var(--text)}
figure .swatch{display:inline-block;width:1.75rem;height:.5rem;margin-right:.5rem;
 vertical-align:middle}
svg text{font-size:11px;fill:var(--muted)}
.axis{fill:none;stroke:var(--muted)}
.grid{fill:none;stroke:var(--line)}
.series{fill:none;stroke:var(--text);stroke-width:1.5;stroke-linejoin:round;stroke-linecap:round}
.s0{stroke:var(--link);stroke-width:2.5}
.s1{stroke:var(--more);stroke-dasharray:6 5}
.s2{stroke:var(--passed);stroke-dasharray:1 4}
.s3{stroke:var(--crashed);stroke-dasharray:9 3 1 3}
.s4{stroke:var(--error);stroke-dasharray:3 3}
.matrices{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
figure.matrix{margin:0;max-width:100%}
figure.matrix svg{max-width:100%;margin-bottom:.5rem}
.cell{fill:var(--inset)}
.more-cell{fill:var(--more)}
.less-cell{fill:var(--less)}
.broken-cell{fill:var(--failed)}
@media (max-width:36rem){
 .score{font-size:2.1rem}
 .point>summary{flex-wrap:wrap;row-gap:.1rem}
 .what,.top h4{flex:1 1 calc(100% - 1.9rem)}
 .point>summary .state{margin-left:1.8rem}
}
@media (prefers-contrast:more){:root{--line:var(--muted)}}
"""

_PRINT = """
body{background:none;font-size:10pt}
header,main,footer{max-width:none}
nav,.skip,.point>summary::after{display:none}
details.point,figure{break-inside:avoid}
details::details-content{content-visibility:visible;display:block}
pre{max-height:none}
.bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}
"""
