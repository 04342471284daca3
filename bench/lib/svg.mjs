// The essential results as a picture for the README: bars, each group with a scale of its own.
// It is plain SVG with text as text, legible on light and on dark pages.
import { excess } from './statistics.mjs';
import { numberText } from './tables.mjs';
import { kFloor, kOurs, kPump, kTranslate } from './targets.mjs';

const kNames = [kOurs, kPump, kTranslate];
const kClass = { [kOurs]: 'ours', [kPump]: 'pump', [kTranslate]: 'translate' };
const kWidth = 760;
const kLeft = 110;
const kRight = 120; // for the number behind the longest bar
const kBar = 14;
const kGap = 5;
const kTitle = 26;

const over = (key) => (results, name) =>
  excess(results[name][key], results[kFloor][key]);
const of = (part, value) => (results, name) => value(results[part], name);

// [heading, case, value, unit]
const kGroups = [
  ['CPU of an event in a burst', 'burst', over('event'), 'µs'],
  ['CPU of an event, 16 streams, one each 5 ms', 'each-5', over('cpu_us'), 'µs'],
  ['CPU of an event, 16 streams, one each 100 ms', 'each-100', over('cpu_us'), 'µs'],
  ['CPU of a small whole answer, 64 connections', 'whole', of(64, over('cpu_us')), 'µs'],
  ['CPU of a body of 4 MB', 'bodies', of('4 MB', over('cpu_us')), 'µs'],
  ['Peak memory over idle, one image of 20 MB', 'memory',
    (results, name) => results[name].image_mib.median, 'MiB'],
];

const labelOf = (value, unit) =>
  unit === 'µs' && value >= 1_000 ? `${numberText(value / 1_000)} ms` : `${numberText(value)} ${unit}`;
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function groupOf([heading, name, valueOf, unit], results, top) {
  const values = kNames.map((target) => Math.max(0, valueOf(results[name], target)));
  const most = Math.max(...values) || 1;
  const bars = kNames.map((target, i) => {
    const y = top + kTitle + i * (kBar + kGap);
    const width = Math.max(1, (values[i] / most) * (kWidth - kLeft - kRight));
    const baseline = y + kBar - 3;
    return [
      `<text class="name" x="${kLeft - 8}" y="${baseline}" text-anchor="end">${target}</text>`,
      `<rect class="${kClass[target]}" x="${kLeft}" y="${y}" width="${width.toFixed(1)}" ` +
        `height="${kBar}" rx="2"/>`,
      `<text x="${(kLeft + width + 6).toFixed(1)}" y="${baseline}">` +
        `${labelOf(values[i], unit)}</text>`,
    ].join('\n');
  });
  const title = `<text class="head" x="${kLeft}" y="${top + 16}">${escaped(heading)}</text>`;
  const words = kNames.map((target, i) => `${target} ${labelOf(values[i], unit)}`).join(', ');
  return { mark: [title, ...bars].join('\n'), words: `${heading}: ${words}.` };
}

const kStyle = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f; }
  .head { font-weight: 600; font-size: 13px; }
  .note { fill: #57606a; }
  .ours { fill: #0969da; }
  .pump { fill: #9aa4af; }
  .translate { fill: #c4762b; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9198a1; }
    .ours { fill: #4c9aff; }
    .pump { fill: #6e7681; }
    .translate { fill: #d68f4a; }
  }`;

// Needs the results of all cases it shows; the others are left out.
//   note  a line below: where and when it was measured
export function pictureOf(results, note) {
  const height = kTitle + kNames.length * (kBar + kGap) + 16;
  const groups = kGroups
    .filter(([, name, valueOf]) => results[name] && Number.isFinite(valueOf(results[name], kOurs)))
    .map((group, i) => groupOf(group, results, 34 + i * height));
  const total = 34 + groups.length * height + 34;
  const title = 'What a request costs, over a Worker that only passes it on';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${kWidth} ${total}" \
width="${kWidth}" height="${total}" role="img" aria-labelledby="title words">
<title id="title">${title}</title>
<desc id="words">${escaped(groups.map(({ words }) => words).join(' '))}</desc>
<style>${kStyle}
</style>
<text class="head" x="12" y="22">${title} (shorter is better)</text>
${groups.map(({ mark }) => mark).join('\n')}
<text class="note" x="12" y="${total - 26}">js-pump copies bytes and translates nothing; \
js-translate is hand-written JavaScript without keys, accounts or checks.</text>
<text class="note" x="12" y="${total - 9}">${escaped(note)}</text>
</svg>
`;
}
