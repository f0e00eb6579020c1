import { UsageError } from './shell.ts';

/** @throws UsageError for what is no id of an instance or a volume; `what` says where it stands */
export function refuseWrongSourceId(what: string, id: string): void {
  if (/^(i|vol)-[0-9a-f]{8,17}$/.test(id)) return;
  throw new UsageError(
    `${what} is ${JSON.stringify(id)}, expected an instance or volume id such as i-0123456789abcdef0`,
  );
}
