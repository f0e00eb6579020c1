import * as z from 'zod';
import { fileSchema } from './schema.ts';

/**
 * The JSON Schema (draft 7, which YAML editors know best) of policies.yml, from the schema that parses it.
 * Some rules are only in the parser: `ec2-backup validate` has the last word.
 */
export function policiesJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'policies.yml of ec2-backup', ...schema };
}
