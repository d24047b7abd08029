/** The JSON schema of a model file, from the table that its reader uses. `mm-review.schema.json` holds it for editors. */
import { declarationLimit, declarationPattern } from './declaration';
import { effectRows, type EffectField, type EffectRow } from './effect-fields';
import { contractFields, entryFields, lockNotations } from './model-file';
import { modelFileName } from './model-problems';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string', pattern: '\\S' };
const argument: Schema = { type: 'string', pattern: '^[A-Za-z_]\\w*$' };

/** JSON Schema, draft 7. What it cannot say is whether an argument that is named is there. */
export function modelFileSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: modelFileName,
    description: 'What functions and macros of this kernel tree do to page-table entries and their locks, for Kernel MM Review.',
    allowComments: true,
    allowTrailingCommas: true,
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string', description: 'Where this schema is found, for editors that do not know it.' },
      primitives: {
        type: 'array',
        description: 'One entry for each function or macro. It replaces what is built in under that name.',
        items: { $ref: '#/definitions/primitive' },
      },
    },
    definitions: { primitive: primitive() },
  };
}

function primitive(): Schema {
  return {
    type: 'object',
    required: ['function', 'effect'],
    properties: {
      function: { type: 'string', maxLength: declarationLimit, pattern: declarationPattern, description: entryFields.function },
      effect: { enum: [...effectRows.keys()], description: entryFields.effect, enumDescriptions: [...effectRows.values()].map((row) => row.says) },
      meaning: { ...text, description: entryFields.meaning },
      pitfall: { ...text, description: entryFields.pitfall },
      contract: {
        type: 'object',
        description: entryFields.contract,
        additionalProperties: false,
        properties: Object.fromEntries(Object.entries(contractFields).map(([name, { is, says }]) => [name, { ...(is === 'flag' ? { type: 'boolean' } : text), description: says }])),
      },
    },
    allOf: [...effectRows].map(([name, row]) => ({
      if: { properties: { effect: { const: name } }, required: ['effect'] },
      then: effect(row),
    })),
  };
}

function effect(row: EffectRow): Schema {
  const fields = Object.entries(row.fields);
  return {
    description: row.says,
    additionalProperties: false,
    required: fields.filter(([, field]) => field.is !== 'flag' && !('optional' in field)).map(([name]) => name),
    properties: {
      ...Object.fromEntries(Object.keys(entryFields).map((name) => [name, true])),
      ...Object.fromEntries(fields.map(([name, field]) => [name, { ...value(field), description: field.says }])),
    },
  };
}

function value(field: EffectField): Schema {
  switch (field.is) {
    case 'argument': return argument;
    case 'arguments': return { type: 'array', items: argument, ...(field.two && { minItems: 2, maxItems: 2 }) };
    case 'integer': return { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
    case 'flag': return { type: 'boolean', default: false };
    case 'text': return text;
    case 'choice': return { enum: Object.keys(field.of), enumDescriptions: Object.values(field.of) };
    case 'lock': return { type: 'string', pattern: field.from.map((from) => lockNotations[from]).join('|') };
  }
}
