import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ID, NUMBER, TIME } from './column-types.js';
import { Equipment } from './equipment.entity.js';
import { Product } from './product.entity.js';

/** Planned run time per item of a product on a line (PRI of ISO 22400-2), from a moment on. */
@Entity('product_rate')
@ForeignKey(() => Product, ['tenantId', 'productId'], ['tenantId', 'productId'], { name: 'product_rate_product_fkey' })
@ForeignKey(() => Equipment, ['tenantId', 'equipmentId'], ['tenantId', 'equipmentId'], {
  name: 'product_rate_equipment_fkey',
})
export class ProductRate {
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'product_rate_pkey' })
  tenantId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'product_rate_pkey' })
  productId: number;
  @PrimaryColumn({ ...ID, primaryKeyConstraintName: 'product_rate_pkey' })
  equipmentId: number;
  @PrimaryColumn({ ...TIME, primaryKeyConstraintName: 'product_rate_pkey' })
  validFrom: Date;
  @Column(NUMBER) secondsPerItem: number;
}
