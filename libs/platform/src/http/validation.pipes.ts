import {
  StandardSchemaValidationPipe,
  ValidationPipe,
  type ArgumentMetadata,
  type PipeTransform,
  type ValidationError,
} from '@nestjs/common';
import { refuse } from './refused.error';

interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** A request with a thousand wrong fields is told about the first of them. */
const MAX_ERRORS = 20;

function invalid(errors: readonly FieldError[]): Error {
  const shown = errors.slice(0, MAX_ERRORS);
  return refuse('invalid_request', shown.map((e) => (e.path ? `${e.path}: ${e.message}` : e.message)).join('; '), {
    errors: shown,
  });
}

type Issues = Parameters<StandardSchemaValidationPipe['exceptionFactory']>[0];

function violated(issues: Issues): Error {
  return invalid(
    issues.map((issue) => ({
      path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
      message: issue.message,
    })),
  );
}

/** A schema may share its name with its type; swc then emits the schema as the parameter's type, where tsc emits Object. */
class ClassesOnlyPipe extends ValidationPipe {
  protected override toValidate(metadata: ArgumentMetadata): boolean {
    return typeof metadata.metatype === 'function' && super.toValidate(metadata);
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const valid: unknown = await super.transform(value, metadata);
    if (this.toValidate(metadata)) leaveOutNulls(valid);
    return valid;
  }
}

/** In what is valid, null stands only in optional fields (no rule of ours takes it), and there it means: left out. */
function leaveOutNulls(valid: unknown): void {
  if (typeof valid !== 'object' || valid === null) return;
  for (const [field, value] of Object.entries(valid)) {
    if (value === null && !Array.isArray(valid)) Reflect.deleteProperty(valid, field);
    else leaveOutNulls(value);
  }
}

/**
 * Two validators with one answer: zod schemas on the routes that calls and charges take (10 µs a request), and
 * class-validator's decorated classes on the back office (120 µs). See docs/decisions. One pipe that asks the right one,
 * and at once: Nest runs every pipe on every parameter, and each of those runs is a chain of promises.
 */
export class RequestPipe implements PipeTransform {
  private readonly schemas = new StandardSchemaValidationPipe({
    validateCustomDecorators: true,
    exceptionFactory: violated,
  });
  private readonly classes = new ClassesOnlyPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors: ValidationError[]) => invalid(errors.flatMap((error) => flatten(error, ''))),
  });

  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    if (metadata.schema) {
      // Bodies come from a parser that lets no prototype key through; looking for them again costs as much as the schema.
      if (metadata.type !== 'body') return this.schemas.transform(value, metadata);
      const result = metadata.schema['~standard'].validate(value);
      return result instanceof Promise ? result.then(valueOf) : valueOf(result);
    }
    if (metadata.type === 'custom') return value; // our own decorators check what they take out of a request
    return this.classes.transform(value, metadata);
  }
}

function valueOf(result: { readonly value?: unknown; readonly issues?: Issues | undefined }): unknown {
  if (result.issues) throw violated(result.issues);
  return result.value;
}

function flatten(error: ValidationError, prefix: string): FieldError[] {
  const path = prefix ? `${prefix}.${error.property}` : error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, path))];
}
