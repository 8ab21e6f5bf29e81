import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ApiOperator,
  cursorField,
  decodeRowCursor,
  encodeRowCursor,
  markReplayed,
  OperatorOnly,
  OrgIdParam,
  orRefuse,
  pageField,
  Problems,
} from '@holdfast/platform';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Organizations, type OrganizationView } from '../application/organizations';
import { ChangeOrganizationBody, CreateOrganizationBody, toTerms } from './organization.dto';
import { OrganizationAnswer, OrganizationPage } from './organization.view';

const PageQuery = z.object({ limit: pageField, cursor: cursorField });
type PageQuery = z.infer<typeof PageQuery>;

@ApiTags('Operators: organizations')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: Organizations) {}

  @Post()
  @ApiOperation({
    summary: 'Create an organization with its wallet and rate card',
    description: 'With your own `id` a repeat gives the same organization; without one every call creates another.',
  })
  @ApiCreatedResponse({ type: OrganizationAnswer })
  @Problems(422)
  async create(
    @Body() body: CreateOrganizationBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OrganizationView> {
    const created = await this.organizations.create(body.id?.toLowerCase(), { ...toTerms(body), name: body.name });
    const { organization, replayed } = orRefuse(created);
    markReplayed(reply, replayed);
    return organization;
  }

  @Get()
  @ApiOperation({ summary: 'All organizations, oldest first' })
  @ApiOkResponse({ type: OrganizationPage })
  @Problems()
  async list(@Query({ schema: PageQuery }) { limit, cursor }: PageQuery): Promise<OrganizationPage> {
    const after = decodeRowCursor(cursor);
    const found = await this.organizations.list(limit + 1, after && { createdAt: after.at, id: after.id });
    const data = found.slice(0, limit);
    const last = data.at(-1);
    return {
      data,
      nextCursor: found.length > limit && last ? encodeRowCursor({ at: last.createdAt, id: last.id }) : null,
    };
  }

  @Get(':orgId')
  @ApiOperation({ summary: 'One organization' })
  @ApiOkResponse({ type: OrganizationAnswer })
  @Problems(404)
  async get(@Param('orgId', OrgIdParam) orgId: string): Promise<OrganizationView> {
    return orRefuse(await this.organizations.get(orgId));
  }

  @Patch(':orgId')
  @ApiOperation({
    summary: 'Change an organization',
    description:
      'Only what is given changes. A changed rate card becomes a new version for calls that start from now on. ' +
      'A debt limit below what is in use is refused (`debt_limit_in_use`). A repeat sets the same again.',
  })
  @ApiOkResponse({ type: OrganizationAnswer })
  @Problems(404, 409)
  async change(
    @Param('orgId', OrgIdParam) orgId: string,
    @Body() body: ChangeOrganizationBody,
  ): Promise<OrganizationView> {
    return orRefuse(await this.organizations.change(orgId, toTerms(body)));
  }
}
