import { sqsError } from './sqs-errors.ts';

const MAX_ENTRIES = 10;

/** @throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct */
export function checkBatch<Entry extends { readonly Id?: string | undefined }>(
  entries: readonly Entry[] = [],
): readonly Entry[] {
  if (entries.length === 0) throw sqsError('EmptyBatchRequest', 'There should be at least one entry.');
  if (entries.length > MAX_ENTRIES) {
    const message = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
    throw sqsError('TooManyEntriesInBatchRequest', message);
  }
  const wrong = entries.find(({ Id: id = '' }) => !/^[\w-]{1,80}$/.test(id));
  if (wrong !== undefined)
    throw sqsError('InvalidBatchEntryId', `Invalid batch entry id '${wrong.Id ?? ''}'.`);
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw sqsError('BatchEntryIdsNotDistinct', 'Two entries have the same id.');
  return entries;
}
