import { Controller, Param, Post } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import { refuse } from '@holdfast/platform';
import { RPC_PATH } from './rpc-path';

/** What PostgREST calls a function it has never heard of; supabase-js shows it as `error.code`. */
const FUNCTION_NOT_FOUND = 'PGRST202';

/** A route of its own, so that an unknown name is told apart from a wrong URL. The named functions take precedence. */
@Controller(RPC_PATH)
export class UnknownFunctionController {
  @Post(':function')
  @ApiExcludeEndpoint()
  answer(@Param('function') name: string): never {
    const message = `Could not find the function public.${name} in the schema cache`;
    throw refuse('not_found', message, {
      code: FUNCTION_NOT_FOUND,
      hint: 'The functions that exist are listed at /docs.',
    });
  }
}
