const EVERY = [1, 2, 3, 4, 6, 8, 12, 24];
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['hourly', 'every 1 hour'],
  ['daily', 'cron(0 3 * * ? *)'],
  ['weekly', 'cron(0 3 ? * SUN *)'],
  ['monthly', 'cron(0 3 1 * ? *)'],
  ['yearly', 'cron(0 3 1 1 ? *)'],
]);

/**
 * What someone may have meant by text that is no schedule: a cron of Unix, a rate, an interval that does not divide
 * a day. The candidates are guesses, best first; the caller checks that they are schedules.
 */
export function scheduleAdvice(text: string): readonly string[] {
  const bare = text
    .toLowerCase()
    .replace(/^(?:@|every |rate\()/, '')
    .replace(/\)$/, '');
  const nickname = NICKNAMES.get(bare.replace(/^(hour|week|month|year)$/, '$1ly').replace(/^day$/, 'daily'));
  if (nickname) return [nickname];
  const interval = /^(\d{1,4}) ?(minute|hour|day|min|h|d)s?(?: from (\d{1,2}):(\d\d))?$/.exec(bare);
  if (interval) return [everyLike(interval)];
  return cronLike(/^cron\((.*)\)?$/i.exec(text)?.[1]?.replace(/\)$/, '') ?? text);
}

function everyLike([, count = '', unit = '', hour, minute]: readonly (string | undefined)[]): string {
  const hours = Number(count) * (unit.startsWith('m') ? 1 / 60 : unit.startsWith('d') ? 24 : 1);
  const near = EVERY.reduce((best, one) => (Math.abs(one - hours) < Math.abs(best - hours) ? one : best));
  const from = hour !== undefined && minute !== undefined ? ` from ${hour.padStart(2, '0')}:${minute}` : '';
  return `every ${near} ${near === 1 ? 'hour' : 'hours'}${from}`;
}

function cronLike(text: string): readonly string[] {
  const fields = text.trim().split(/\s+/);
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length === 6) return [`cron(${fields.join(' ')})`];
  if (fields.length !== 5 || weekday === undefined) return [];
  if (fields.includes('?')) return [`cron(${fields.join(' ')} *)`];
  if (weekday === '*') return [`cron(${minute} ${hour} ${day} ${month} ? *)`];
  return day === '*' ? [`cron(${minute} ${hour} ? ${month} ${fromUnixWeekdays(weekday)} *)`] : [];
}

// Unix counts SUN-SAT from 0 and takes 7 for Sunday too; a step is no weekday and stays.
function fromUnixWeekdays(text: string): string {
  const names = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
  return text.replaceAll(/(?<![/\d])[0-7](?!\d)/g, (digit) => names[Number(digit)] ?? digit);
}
