import { complaint, textLike } from './schema-words.ts';

/** A Region as DLM takes it: TargetRegion of the API model. */
export const dlmRegion = textLike(
  /^(?=.{1,16}$)(?:[a-z]+-){2,3}[0-9]$/,
  complaint('a Region', 'the name of an AWS Region such as eu-west-1'),
).describe('Such as eu-west-1.');
