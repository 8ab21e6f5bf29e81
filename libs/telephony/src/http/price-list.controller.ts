import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiOperator, OperatorOnly, Problems } from '@holdfast/platform';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { COUNTRIES, NUMBER_TYPES, type Country, type NumberType } from '../application/number-provider.port';
import { MAX_NUMBER_PRICE_PENCE, PriceList } from '../application/price-list.port';

class PriceBody {
  @ApiProperty({ enum: COUNTRIES, example: 'US' })
  @IsIn(COUNTRIES)
  country: Country;

  @ApiProperty({ enum: NUMBER_TYPES, example: 'local' })
  @IsIn(NUMBER_TYPES)
  numberType: NumberType;

  @ApiProperty({ minimum: 1, maximum: MAX_NUMBER_PRICE_PENCE, example: 1_200, description: 'pence' })
  @IsInt()
  @Min(1)
  @Max(MAX_NUMBER_PRICE_PENCE)
  pricePence: number;
}

class SetPricesBody {
  @ApiProperty({ type: [PriceBody] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(COUNTRIES.length * NUMBER_TYPES.length)
  @ArrayUnique((price: PriceBody | null) => `${price?.country} ${price?.numberType}`)
  @ValidateNested({ each: true })
  @Type(() => PriceBody)
  prices: PriceBody[];
}

class PriceView {
  @ApiProperty({ enum: COUNTRIES }) country: Country;
  @ApiProperty({ enum: NUMBER_TYPES }) numberType: NumberType;
  @ApiProperty({ example: 1_000 }) pricePence: number;
  @ApiProperty({ format: 'date-time', type: String, nullable: true, description: 'null: the default' })
  updatedAt: Date | null;
}

class PriceListAnswer {
  @ApiProperty({ type: [PriceView] }) data: PriceView[];
}

@ApiTags('Operators: phone numbers')
@ApiOperator()
@OperatorOnly()
@Controller('api/admin/price-list')
export class PriceListController {
  constructor(private readonly prices: PriceList) {}

  @Get()
  @ApiOperation({ summary: 'What numbers cost, by country and type' })
  @ApiOkResponse({ type: PriceListAnswer })
  @Problems()
  async list(): Promise<PriceListAnswer> {
    return { data: await this.prices.all() };
  }

  @Put()
  @ApiOperation({
    summary: 'Set prices',
    description:
      'Those given; the others stay. Purchases from now on pay them, earlier ones keep what they paid. A repeat sets ' +
      'the same again.',
  })
  @ApiOkResponse({ type: PriceListAnswer })
  @Problems()
  async set(@Body() { prices }: SetPricesBody): Promise<PriceListAnswer> {
    await this.prices.set(prices, 'operator');
    return this.list();
  }
}
