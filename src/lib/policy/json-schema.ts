import * as z from 'zod';
import { dlmWords } from './dlm-schema.ts';
import { lambdaWords } from './engine-words.ts';
import { fileSchema } from './schema.ts';

/** By DLM's schema of the same word. */
const LAMBDA_SHAPES: ReadonlyMap<unknown, z.ZodType> = new Map(
  Object.entries(lambdaWords).map(([word, own]) => [dlmWords[word as keyof typeof lambdaWords], own]),
);

const OPTIONS = { io: 'input', target: 'draft-7' } as const;

/**
 * The JSON Schema (draft 7, which YAML editors know best) of policies.yml, from the schema that parses it.
 * Some rules are only in the parser: `ec2-backup validate` has the last word.
 */
export function policiesJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(fileSchema, {
    ...OPTIONS,
    override: ({ zodSchema, jsonSchema }) => {
      const own = LAMBDA_SHAPES.get(zodSchema);
      if (own) eitherShape(jsonSchema, own);
    },
  });
  return { $schema, title: 'policies.yml of ec2-backup', ...schema };
}

/** Which of the two it must be depends on the policy's engine, which only the parser looks at. */
function eitherShape(jsonSchema: object, own: z.ZodType): void {
  const { description, ...byDlm } = jsonSchema as { description?: string };
  const { $schema: _, ...byLambda } = z.toJSONSchema(own, OPTIONS);
  for (const word of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, word);
  Object.assign(jsonSchema, { description, anyOf: [byDlm, byLambda] });
}
