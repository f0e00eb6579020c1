import * as z from 'zod';
import { copiesSchema } from './copies-schema.ts';
import { dlmWords } from './dlm-schema.ts';
import { hooksSchema } from './hooks-schema.ts';
import { fileSchema } from './schema.ts';

const OPTIONS = { io: 'input', target: 'draft-7' } as const;

/**
 * The JSON Schema (draft 7, which YAML editors know best) of policies.yml, from the schema that parses it.
 * Some rules are only in the parser: `ec2-backup validate` has the last word.
 */
export function policiesJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, {
    ...OPTIONS,
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === dlmWords.copies) eitherKind(jsonSchema, copiesSchema);
      if (zodSchema === dlmWords.hooks) eitherKind(jsonSchema, hooksSchema);
    },
  });
  return { $schema, title: 'policies.yml of ec2-backup', ...schema };
}

/** Which of the two it must be depends on the policy's engine, which only the parser looks at. */
function eitherKind(jsonSchema: object, ofLambda: z.ZodType): void {
  const { description, ...byDlm } = jsonSchema as { description?: string };
  const { $schema: _, ...byLambda } = z.toJSONSchema(ofLambda, OPTIONS);
  for (const word of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, word);
  Object.assign(jsonSchema, { description, anyOf: [byDlm, byLambda] });
}
