import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';

// swc writes the zod schema `X` into the metadata of a parameter of type `X` where tsc writes Object; classPipe then takes
// the schema for a class and fails. Until classPipe itself lets alone what is no class, tests do it for it.
const prototype = ValidationPipe.prototype as unknown as { toValidate(metadata: ArgumentMetadata): boolean };
const toValidate = prototype.toValidate;
prototype.toValidate = function (metadata) {
  return typeof metadata.metatype === 'function' && toValidate.call(this, metadata);
};
