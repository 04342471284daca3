// A stream that comes in one burst, one at a time. What an event costs is the slope between streams
// of few and of many events.
import { smallStream } from '../lib/requests.mjs';
import { interleaved, repeat, withConnections } from '../lib/rounds.mjs';
import { median, spread } from '../lib/statistics.mjs';

export const kEvents = [1, 50, 250];

//   returns  {name: {e1, e50, e250: CPU us, event: CPU us of one, first_us, total_us}}, spreads
export async function run({ upstream, targets, rounds, count }) {
  const request = smallStream();
  const found = await interleaved(targets, rounds, (target) =>
    withConnections(target, 1, async (connections) => {
      const byEvents = {};
      for (const events of kEvents) {
        await upstream.plan({ events });
        byEvents[events] = await repeat(target, connections, request, count);
      }
      return byEvents;
    }));
  return Object.fromEntries(Object.entries(found).map(([name, list]) => [name, resultOf(list)]));
}

function resultOf(list) {
  const cpu = (events) => list.map((round) => round[events].cpu_us);
  const [few, , many] = kEvents;
  const slopes = cpu(many).map((value, i) => (value - cpu(few)[i]) / (many - few));
  const times = (events, name) =>
    list.map((round) => median(round[events].answers.map((answer) => answer[name])));
  return {
    ...Object.fromEntries(kEvents.map((events) => [`e${events}`, spread(cpu(events))])),
    event: spread(slopes),
    first_us: spread(times(few, 'first_us')),
    total_us: spread(times(many, 'total_us')),
  };
}
