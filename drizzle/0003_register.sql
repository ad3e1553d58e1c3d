CREATE TABLE "host_notes" (
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "host_notes_customer_id_host_id_id_pk" PRIMARY KEY("customer_id","host_id","id"),
	CONSTRAINT "host_notes_removed" CHECK (("host_notes"."removed_at" is null) = ("host_notes"."text" <> ''))
);
--> statement-breakpoint
CREATE TABLE "host_retirements" (
	"customer_id" uuid NOT NULL,
	"host_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"retired_at" timestamp with time zone NOT NULL,
	"retired_request_id" uuid,
	"returned_at" timestamp with time zone NOT NULL,
	"returned_request_id" uuid,
	CONSTRAINT "host_retirements_customer_id_host_id_id_pk" PRIMARY KEY("customer_id","host_id","id"),
	CONSTRAINT "host_retirements_span" CHECK ("host_retirements"."returned_at" >= "host_retirements"."retired_at")
);
--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "contact_id" uuid;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "phone" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "customers" ADD COLUMN "email" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "host_versions" ADD COLUMN "request_id" uuid;--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "retired_request_id" uuid;--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "caretaker_id" uuid;--> statement-breakpoint
ALTER TABLE "host_notes" ADD CONSTRAINT "host_notes_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "host_retirements" ADD CONSTRAINT "host_retirements_host" FOREIGN KEY ("customer_id","host_id") REFERENCES "public"."hosts"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "host_retirements_by_time" ON "host_retirements" USING btree ("customer_id","returned_at");--> statement-breakpoint
ALTER TABLE "customers" ADD CONSTRAINT "customers_contact_id_people_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_caretaker_id_people_id_fk" FOREIGN KEY ("caretaker_id") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "host_versions_by_host" ON "host_versions" USING btree ("customer_id","host_id","recorded_at");--> statement-breakpoint
CREATE INDEX "hosts_by_former" ON "hosts" USING btree ("customer_id","replaces_host_id");--> statement-breakpoint
CREATE INDEX "transfers_by_time" ON "transfers" USING btree ("customer_id","at");