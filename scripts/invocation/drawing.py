"""Draws what is billed for an object, by case and contender, as docs/invocation.svg."""

from pathlib import Path

from cases import MODELS, TITLES
from contenders import NAMES

CHART = Path("docs/invocation.svg")
COLOURS = {"thimble": "#1a7f5a", "litert": "#d98324", "onnxruntime": "#5a7fb5"}
LEFT, WIDTH, BAR, GAP, TOP = 330, 560, 11, 14, 64
# Of the slowest bar that is drawn whole, relative to Thimble: longer ones end here.
LONGEST = 8.0


def write(results, memories):
    right = LEFT + WIDTH + 80
    parts, y = [], TOP
    for memory in memories:
        for model in MODELS:
            rows = [case for case in TITLES if results.has(model, memory, case)]
            if not rows:
                continue
            parts.append(f'<text x="10" y="{y + 14}" font-weight="bold">{model}, {memory} MB</text>')
            y += 26
            top = y
            for case in rows:
                parts += group(results, model, memory, case, y)
                y += BAR * len(NAMES) + GAP
            x = LEFT + WIDTH / LONGEST
            parts.append(f'<line x1="{x:.1f}" y1="{top - 4}" x2="{x:.1f}" y2="{y - GAP + 4}" stroke="#888" '
                         'stroke-dasharray="3 3"/>')
            y += 12
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right} {y}" font-family="sans-serif" '
            'font-size="12">', f'<rect width="{right}" height="{y}" fill="white"/>',
            '<text x="10" y="22" font-size="16">Billed for an object, relative to Thimble (shorter is faster)</text>']
    for index, (name, title) in enumerate(NAMES.items()):
        x = LEFT + index * 170
        head += [f'<rect x="{x}" y="36" width="12" height="12" fill="{COLOURS[name]}"/>',
                 f'<text x="{x + 18}" y="46">{title}</text>']
    CHART.write_text("\n".join([*head, *parts, "</svg>"]) + "\n")


def group(results, model, memory, case, y):
    middle = y + BAR * len(NAMES) / 2 + 4
    parts = [f'<text x="{LEFT - 8}" y="{middle:.1f}" text-anchor="end">{TITLES[case]}</text>']
    own = results.median(model, memory, case, "thimble")
    for position, name in enumerate(NAMES):
        if not results.has(model, memory, case, name):
            continue
        value = results.median(model, memory, case, name)
        length = min(value / own, LONGEST) / LONGEST * WIDTH
        top = y + position * BAR
        parts += [f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR - 1}" fill="{COLOURS[name]}"/>',
                  f'<text x="{LEFT + length + 4:.1f}" y="{top + BAR - 2}" font-size="9">{value:.0f} ms</text>']
    return parts
