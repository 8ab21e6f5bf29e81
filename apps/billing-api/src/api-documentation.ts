import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Problem, withBodyProblems } from '@holdfast/platform';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { withWholeNumbers } from './whole-numbers';

const DESCRIPTION = `Prepaid billing for resold voice calls and phone numbers.

**To try it here:** press *Authorize* and paste the operator key (printed when the engine starts). Create an organization,
add credits to it, then put its id into *X-Org-Id* and reserve a call. Amounts are whole pence; times are UTC.

Every writing route says what a repeat does. Errors are problem documents (RFC 9457): branch on \`code\`.`;

/** Swagger UI at /docs, the document at /openapi.json. */
export function setUpApiDocs(app: NestFastifyApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Holdfast')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addSecurity('key', { type: 'http', scheme: 'bearer', description: 'operator key or an organization’s key' })
    .build();
  let document: OpenAPIObject | undefined;
  const make = (): OpenAPIObject =>
    (document ??= withBodyProblems(
      withWholeNumbers(SwaggerModule.createDocument(app, config, { extraModels: [Problem] })),
    ));
  SwaggerModule.setup('docs', app, make, {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Holdfast API',
    swaggerOptions: {
      persistAuthorization: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      tagsSorter: 'alpha',
    },
  });
}
