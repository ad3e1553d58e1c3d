CREATE TABLE "temporary_licenses" (
	"customer_id" uuid NOT NULL,
	"entitlement_id" uuid NOT NULL,
	"plan_id" uuid NOT NULL,
	"product_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	"starts_on" date,
	"ends_on" date,
	"ended_at" timestamp with time zone,
	CONSTRAINT "temporary_licenses_customer_id_entitlement_id_pk" PRIMARY KEY("customer_id","entitlement_id"),
	CONSTRAINT "temporary_licenses_quantity" CHECK ("temporary_licenses"."quantity" > 0),
	CONSTRAINT "temporary_licenses_days" CHECK (("temporary_licenses"."starts_on" is null) = ("temporary_licenses"."ends_on" is null) and ("temporary_licenses"."ends_on" >= "temporary_licenses"."starts_on"))
);
--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "requires_approval" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "handed_to" uuid;--> statement-breakpoint
ALTER TABLE "plans" ADD COLUMN "details" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "temporary_days" integer DEFAULT 14 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "temporary_open" integer DEFAULT 2 NOT NULL;--> statement-breakpoint
ALTER TABLE "publisher" ADD COLUMN "temporary_per_year" integer DEFAULT 4 NOT NULL;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "colleague_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "undoes_id" uuid;--> statement-breakpoint
ALTER TABLE "requests" ADD COLUMN "gives_moves_back" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "temporary_licenses" ADD CONSTRAINT "temporary_licenses_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "temporary_licenses" ADD CONSTRAINT "temporary_licenses_entitlement" FOREIGN KEY ("customer_id","entitlement_id") REFERENCES "public"."entitlements"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "temporary_licenses_by_plan" ON "temporary_licenses" USING btree ("customer_id","plan_id");--> statement-breakpoint
CREATE INDEX "temporary_licenses_by_product" ON "temporary_licenses" USING btree ("customer_id","product_id","starts_on");--> statement-breakpoint
CREATE INDEX "temporary_licenses_by_end" ON "temporary_licenses" USING btree ("ends_on","customer_id") WHERE "temporary_licenses"."ended_at" is null and "temporary_licenses"."starts_on" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "requests_undone_once" ON "requests" USING btree ("customer_id","undoes_id") WHERE "requests"."undoes_id" is not null and "requests"."status" not in ('declined', 'cancelled');--> statement-breakpoint
CREATE INDEX "requests_for_colleague" ON "requests" USING btree ("customer_id","colleague_since") WHERE "requests"."colleague_since" is not null;