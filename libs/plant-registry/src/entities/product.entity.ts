import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { ID, OPTIONAL_NUMBER, TEXT } from './column-types.js';
import { Site } from './site.entity.js';

/** What a line makes. */
@Entity('product')
@Unique('product_code', ['tenantId', 'siteId', 'code'])
@ForeignKey(() => Site, ['tenantId', 'siteId'], ['tenantId', 'siteId'], { name: 'product_site_fkey' })
export class Product {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'product_pkey' })
  tenantId: number;
  @PrimaryGeneratedColumn('identity', {
    type: 'int4',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'product_pkey',
  })
  productId: number;
  @Column(ID) siteId: number;
  /** As the product tag of a line reports it. */
  @Column(ID) code: number;
  @Column(TEXT) name: string;
  /** Value of one item in the tenant's currency. */
  @Column(OPTIONAL_NUMBER) unitValue: number | null;
}
