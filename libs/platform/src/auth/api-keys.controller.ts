import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { MaxLength } from 'class-validator';
import { ApiOperator, Problems } from '../http/api-docs';
import { IsNotBlank, IsStorableText } from '../http/class-rules';
import { OrgIdParam } from '../http/org-id.pipe';
import { refuse } from '../http/refused.error';
import { sqlState } from '../postgres/database-fault';
import { isUuid, OperatorOnly } from './access.decorators';
import { ApiKeys } from './api-keys';

const MAX_KEY_NAME_LENGTH = 100;
const FOREIGN_KEY_VIOLATION = '23503';

class CreateApiKeyBody {
  @ApiProperty({ example: 'production backend' })
  @IsNotBlank()
  @MaxLength(MAX_KEY_NAME_LENGTH)
  @IsStorableText()
  name: string;
}

class ApiKeyCreated {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ example: 'hf_…', description: 'Shown this once; only its hash is kept.' }) key: string;
}

class ApiKeyView {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ example: 'hf_Qm9vYmFy' }) prefix: string;
  @ApiProperty({ format: 'date-time', type: String }) createdAt: Date;
  @ApiProperty({ format: 'date-time', type: String, nullable: true }) revokedAt: Date | null;
}

class ApiKeyList {
  @ApiProperty({ type: [ApiKeyView] }) data: ApiKeyView[];
}

@ApiTags('Operators: organizations')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/organizations/:orgId/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Post()
  @ApiOperation({ summary: 'Make a key for an organization', description: 'Shown once. Every call makes another key.' })
  @ApiCreatedResponse({ type: ApiKeyCreated })
  @Problems(404)
  async create(@Param('orgId', OrgIdParam) orgId: string, @Body() body: CreateApiKeyBody): Promise<ApiKeyCreated> {
    try {
      const { id, name, key } = await this.keys.create(orgId, body.name);
      return { id, name, key };
    } catch (fault) {
      if (sqlState(fault) === FOREIGN_KEY_VIOLATION) throw organizationNotFound();
      throw fault;
    }
  }

  @Get()
  @ApiOperation({ summary: 'An organization’s keys, without the keys themselves' })
  @ApiOkResponse({ type: ApiKeyList })
  @Problems(404)
  async list(@Param('orgId', OrgIdParam) orgId: string): Promise<ApiKeyList> {
    const keys = await this.keys.list(orgId);
    if (keys.length === 0) await this.mustExist(orgId);
    return {
      data: keys.map(({ id, name, keyPrefix, createdAt, revokedAt }) => ({
        id,
        name,
        prefix: keyPrefix,
        createdAt,
        revokedAt,
      })),
    };
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Revoke a key at once', description: 'Twice is a repeat.' })
  @ApiOkResponse({ schema: { type: 'object', properties: { id: { type: 'string' }, revoked: { type: 'boolean' } } } })
  @Problems(404)
  async revoke(
    @Param('orgId', OrgIdParam) orgId: string,
    @Param('id') id: string,
  ): Promise<{ id: string; revoked: true }> {
    if (isUuid(id) && (await this.keys.revoke(orgId, id))) return { id, revoked: true };
    await this.mustExist(orgId);
    throw refuse('not_found', 'There is no such key.');
  }

  private async mustExist(orgId: string): Promise<void> {
    if (!(await this.keys.hasOrganization(orgId))) throw organizationNotFound();
  }
}

function organizationNotFound(): Error {
  return refuse('organization_not_found', 'There is no such organization.');
}
