/** The properties in the order in which they are preferred and reported: that of their declaration. */
import { propertyIds, type PropertyId } from '../machine/program';

/** All properties, most preferred first. */
export const PROPERTIES: readonly PropertyId[] = propertyIds;

const ranks = new Map(PROPERTIES.map((property, rank) => [property, rank]));

/** The place of a property in `PROPERTIES`. */
export const rankOf = (property: PropertyId): number => ranks.get(property)!;
