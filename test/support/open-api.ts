/** As much of OpenAPI 3.0's schemas as ours use. */
interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

interface Operation {
  readonly requestBody?: object;
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[];
  readonly responses: Readonly<Record<string, { content?: Readonly<Record<string, { schema?: Schema }>> }>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
};

/** What is wrong with an answer, measured by the document; also what it has and the document does not know. */
export function deviations(
  document: ApiDocument,
  method: string,
  route: string,
  answer: { readonly status: number; readonly headers: Headers; readonly body: unknown },
): string[] {
  const operation = document.paths[route]?.[method.toLowerCase()];
  if (!operation) return [`${method} ${route} is not documented`];
  const content = operation.responses[answer.status]?.content;
  if (!content) return [`${answer.status} is not documented`];
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const schema = content[type]?.schema;
  if (!schema) return [`${type} is not documented (${Object.keys(content).join()})`];
  return type.endsWith('json') ? problemsOf(answer.body, schema, 'answer', document) : [];
}

function problemsOf(value: unknown, given: Schema, at: string, document: ApiDocument): string[] {
  const schema = resolved(given, document);
  // `nullable` widens the type; an enum must name null itself (OpenAPI 3.0.3).
  if (value === null) return schema.nullable && schema.enum?.includes(null) !== false ? [] : [`${at} is null`];
  if (schema.oneOf) {
    const fits = schema.oneOf.some((one) => problemsOf(value, one, at, document).length === 0);
    return fits ? [] : [`${at} is none of its kinds`];
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  if (schema.type === 'array') return itemProblems(value, schema, at, document);
  if (schema.type === 'object' || schema.properties) return fieldProblems(value, schema, at, document);
  const isRight =
    schema.type === 'integer' ? Number.isSafeInteger(value) : typeof value === (schema.type ?? typeof value);
  if (!isRight) return [`${at} is ${JSON.stringify(value)}, not ${schema.type}`];
  const format = FORMATS[schema.format ?? ''];
  return format && !(typeof value === 'string' && format.test(value)) ? [`${at} is no ${schema.format}`] : [];
}

function itemProblems(value: unknown, { items = {} }: Schema, at: string, document: ApiDocument): string[] {
  if (!Array.isArray(value)) return [`${at} is no list`];
  return value.flatMap((item, i) => problemsOf(item, items, `${at}[${i}]`, document));
}

function fieldProblems(value: unknown, schema: Schema, at: string, document: ApiDocument): string[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [`${at} is ${JSON.stringify(value)}, not an object`];
  const { properties, required = [] } = schema;
  if (!properties) return [];
  const missing = required.filter((name) => !(name in (value as object))).map((name) => `${at}.${name} is missing`);
  const fields = Object.entries(value as object).flatMap(([name, field]) =>
    properties[name]
      ? problemsOf(field, properties[name], `${at}.${name}`, document)
      : [`${at}.${name} is not documented`],
  );
  return [...missing, ...fields];
}

function resolved({ $ref, allOf = [], ...own }: Schema, document: ApiDocument): Schema {
  const named = $ref === undefined ? {} : document.components.schemas[$ref.split('/').at(-1) as string];
  return [named ?? {}, ...allOf.map((part) => resolved(part, document)), own].reduce<Schema>(
    (whole, part) => ({ ...whole, ...part }),
    {},
  );
}
