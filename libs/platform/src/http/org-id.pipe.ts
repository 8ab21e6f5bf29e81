import { Injectable, type PipeTransform } from '@nestjs/common';
import { isUuid } from '../auth/access.decorators';
import { refuse } from './refused.error';

/** A path's organisation id. What isn't a uuid can't exist: the same answer as for an unknown one. */
@Injectable()
export class OrgIdParam implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isUuid(value)) throw refuse('organization_not_found', 'There is no such organization.');
    return value.toLowerCase();
  }
}
