"""Draws the engines' latencies relative to Thimble's as docs/peers.svg."""

from pathlib import Path

from page import NAMES

CHART = Path("docs/peers.svg")
COLOURS = {"thimble": "#1a7f5a", "litert": "#d98324", "onnxruntime": "#5a7fb5", "openvino": "#9a6fb0"}
LEFT, WIDTH, BAR, GAP, TOP = 150, 620, 9, 12, 64


def write(rows, threads):
    engines = [*COLOURS]
    longest = min(4.0, max(relative(row, count, engine) for row in rows for count in threads for engine in engines))
    group = BAR * len(engines) + GAP
    panel = group * len(rows) + 48
    height = TOP + panel * len(threads)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 60} {height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="{LEFT + WIDTH + 60}" height="{height}" fill="white"/>',
             '<text x="10" y="22" font-size="16">Warm latency, relative to Thimble (shorter is faster)</text>']
    for index, engine in enumerate(engines):
        x = LEFT + index * 130
        parts += [f'<rect x="{x}" y="36" width="12" height="12" fill="{COLOURS[engine]}"/>',
                  f'<text x="{x + 18}" y="46">{NAMES[engine]}</text>']
    for number, count in enumerate(threads):
        top = TOP + number * panel
        parts.append(f'<text x="10" y="{top + 16}" font-weight="bold">{count} thread{"s" if count > 1 else ""}</text>')
        for index, row in enumerate(rows):
            y = top + 28 + index * group
            parts.append(f'<text x="{LEFT - 8}" y="{y + group / 2 - 2}" text-anchor="end">{row["name"]}</text>')
            for position, engine in enumerate(engines):
                value = relative(row, count, engine)
                length = min(value, longest) / longest * WIDTH
                bar = y + position * BAR
                milliseconds = row["warm"][count]["milliseconds"][engine]
                parts += [f'<rect x="{LEFT}" y="{bar}" width="{length:.1f}" height="{BAR - 1}" '
                          f'fill="{COLOURS[engine]}"/>',
                          f'<text x="{LEFT + length + 4:.1f}" y="{bar + BAR - 1}" font-size="9">'
                          f'{milliseconds:.1f} ms</text>']
        x = LEFT + WIDTH / longest
        parts.append(f'<line x1="{x:.1f}" y1="{top + 22}" x2="{x:.1f}" y2="{top + panel - 20}" stroke="#888" '
                     'stroke-dasharray="3 3"/>')
    CHART.write_text("\n".join([*parts, "</svg>"]) + "\n")


def relative(row, threads, engine):
    times = row["warm"][threads]["milliseconds"]
    return times[engine] / times["thimble"]
