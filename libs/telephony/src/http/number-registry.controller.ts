import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import {
  ApiOperator,
  EngineClock,
  idField,
  IsNotBlank,
  IsStorableText,
  MAX_ID_LENGTH,
  OperatorOnly,
  OrgIdParam,
  orRefuse,
  Problems,
} from '@holdfast/platform';
import { IsOptional, Matches, MaxLength } from 'class-validator';
import { NumberRegistry } from '../application/number-registry.port';
import { NumberView, toNumberView } from './number.view';

const E164 = /^\+[1-9]\d{6,14}$/;

class RegisterNumberBody {
  @ApiProperty({ required: false, example: '+14155550142', description: 'left out: what is known stays' })
  @IsOptional()
  @Matches(E164, { message: 'phoneNumber must be E.164, such as +14155550142' })
  phoneNumber?: string;

  @ApiProperty({ example: 'a-9f4e', description: 'the assistant at Vapi that answers its calls' })
  @IsNotBlank()
  @MaxLength(MAX_ID_LENGTH)
  @IsStorableText()
  assistantId: string;
}

@ApiTags('Operators: phone numbers')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/organizations/:orgId/phone-numbers')
export class NumberRegistryController {
  constructor(
    private readonly registry: NumberRegistry,
    private readonly clock: EngineClock,
  ) {}

  @Put(':vapiPhoneNumberId')
  @ApiOperation({
    summary: 'Register a number the tenant already has at Vapi',
    description:
      'So that webhooks find their tenant; nothing is bought or charged. A number that another organization had ' +
      'registered moves here; one that it has bought does not (400). For a bought number only the assistant changes. ' +
      'A repeat sets the same again.',
  })
  @ApiOkResponse({ type: NumberView })
  @Problems(404, 409)
  async register(
    @Param('orgId', OrgIdParam) orgId: string,
    @Param('vapiPhoneNumberId', { schema: idField }) vapiPhoneId: string,
    @Body() body: RegisterNumberBody,
  ): Promise<NumberView> {
    const registered = await this.registry.register({ orgId, vapiPhoneId, ...body }, await this.clock.now());
    return toNumberView(orRefuse(registered));
  }
}
