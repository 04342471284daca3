// CPU time and memory of another process, from Linux' /proc.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

export const isLinux = process.platform === 'linux';

// User and system time of all its threads, microseconds; NaN where there is no /proc.
export function cpu_us(pid) {
  if (!isLinux) return NaN;
  let sum_ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    sum_ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  return sum_ns / 1_000;
}

const status = (pid, name) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]);

// Resident memory now, and the most since resetPeak(), MiB.
export const resident_mib = (pid) => status(pid, 'VmRSS') / 1024;
export const peak_mib = (pid) => status(pid, 'VmHWM') / 1024;
export const resetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5');
