"""The style sheet of index.html, on the colours of report.html."""

from __future__ import annotations

from graders.report.html_style import DARK, LIGHT

_HEAT_LIGHT = {"h0": "#f6c6c2", "h1": "#f8d9b0", "h2": "#f3ecb4", "h3": "#cfe6b8", "full": "#b5dfc3", "none": "#eceeec"}
_HEAT_DARK = {"h0": "#5c2624", "h1": "#5a3c17", "h2": "#4d4717", "h3": "#37491f", "full": "#1d4a30", "none": "#23282d"}


def style_sheet(items: int) -> str:
    """The whole sheet, for so many columns. Nothing in it is fetched from anywhere."""
    return (
        f":root{{--items:{items};--who:15rem;color-scheme:light dark;{_variables(LIGHT | _HEAT_LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_variables(DARK | _HEAT_DARK)}}}}}\n{_RULES}"
    )


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


_RULES = """
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);overflow-wrap:anywhere;
 font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:96rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
footer{padding-bottom:3rem;color:var(--muted);font-size:.875rem}
h1{font-size:1.5rem;line-height:1.25;margin:0}
h2{font-size:1.2rem;margin:2.25rem 0 .6rem}
p{margin:.4rem 0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:1px;border-radius:.2rem}
.sub,.muted{color:var(--muted)}
.small{font-size:.875rem}
.skip{position:absolute;left:-100rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
.note{border-left:.3rem solid var(--timeout);background:var(--card);padding:.6rem 1rem;border-radius:.25rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 2rem;align-items:start}
svg{display:block;width:100%;height:auto}
.hist{max-width:34rem}
.hist rect{fill:var(--link)}
.hist text{font-size:11px;fill:var(--muted);text-anchor:middle}
.bar{width:4rem;height:.6rem}
.bar .back{fill:var(--line)}
.bar .front{fill:var(--passed)}
table.list{border-collapse:collapse;width:100%;font-size:.9375rem}
.list td,.list th{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-top:1px solid var(--line)}
.list th{font-weight:600}
.list .num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
ul.attention{list-style:none;margin:0;padding:0;max-height:22rem;overflow-y:auto;background:var(--card);
 border:1px solid var(--line);border-radius:.5rem}
.attention li{padding:.4rem .8rem;border-top:1px solid var(--line)}
.attention li:first-child{border-top:0}
.tag{font-size:.8125rem;font-weight:600;white-space:nowrap}
.tag.fault,.tag.error,.tag.errors{color:var(--error)}.tag.unreadable{color:var(--failed)}
.tag.timeout{color:var(--timeout)}.tag.crashed{color:var(--crashed)}.tag.waiting{color:var(--muted)}
.tools{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:start;margin:.5rem 0 .75rem}
.tools label{display:flex;flex-direction:column;font-size:.8125rem;color:var(--muted);min-width:0;max-width:100%}
.tools input,.tools select{font:inherit;font-size:1rem;color:var(--text);background:var(--card);
 border:1px solid var(--muted);border-radius:.35rem;padding:.3rem .5rem;width:16rem;height:2.25rem;max-width:100%}
.tools output{margin-left:auto;align-self:end;font-variant-numeric:tabular-nums}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
button.show{color:var(--link);text-decoration:underline;white-space:nowrap}
.scroll{overflow:auto;max-height:85vh;border:1px solid var(--line);border-radius:.5rem;background:var(--card);
 contain:layout paint}
.heat{font-size:.8125rem;font-variant-numeric:tabular-nums;width:calc(var(--who) + 4.25rem + var(--items)*2.9rem)}
.heat [role=row]{display:flex;height:1.75rem;line-height:1.7rem;white-space:nowrap}
.heat i,.heat u,.heat b{font-style:normal;font-weight:inherit;text-decoration:none;text-align:center;overflow:hidden;
 border-right:1px solid var(--card);border-bottom:1px solid var(--card)}
.heat i{flex:0 0 2.9rem}
.heat u{flex:0 0 4.25rem;text-align:right;padding-right:.5rem}
.heat b{flex:0 0 var(--who);text-align:left;padding-left:.75rem;text-overflow:ellipsis;font-weight:500;
 position:sticky;left:0;background:var(--card);z-index:1}
/* Rows out of sight cost nothing until they are scrolled to. */
#rows [role=row]{content-visibility:auto;contain-intrinsic-size:auto 1.75rem}
#rows [hidden]{display:none}
.top{position:sticky;top:0;z-index:2;background:var(--card);font-weight:600;border-bottom:1px solid var(--line)}
.top [role=row]+[role=row]{font-weight:400;color:var(--muted)}
.top button{width:100%;text-align:inherit;font-weight:600}
[aria-sort=ascending] button::after{content:" \\25B2";font-size:.6rem}
[aria-sort=descending] button::after{content:" \\25BC";font-size:.6rem}
.p{background:var(--full)}.a{background:var(--h3)}.b{background:var(--h2)}.c{background:var(--h1)}.f{background:var(--h0)}
.n{background:var(--none);color:var(--muted)}
.t,.k,.e{color:var(--card);font-weight:700}
.t{background:var(--timeout)}.k{background:var(--crashed)}.e{background:var(--error)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0;margin:.6rem 0;font-size:.8125rem}
.legend b{display:inline-block;min-width:1.9rem;text-align:center;border-radius:.2rem;margin-right:.35rem;
 font-weight:inherit}
@media (max-width:40rem){
 .list thead{display:none}
 .list tr{display:flex;flex-wrap:wrap;gap:0 .75rem;border-top:1px solid var(--line);padding:.35rem 0}
 .list td{border:0;padding:0}
 .list td:first-child{flex:1 1 100%}
 .list td[data-is]:not(:empty)::after{content:" " attr(data-is);color:var(--muted)}
 header,main,footer{padding-left:.75rem;padding-right:.75rem}
 :root{--who:8rem}
 .tools label,.tools input,.tools select{width:100%}
}
@media print{.scroll{max-height:none;overflow:visible}.tools{display:none}}
"""
