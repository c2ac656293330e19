-- An event waits in order, with all that is needed to apply it later; failing again is counted, waiting again is not.
INSERT INTO parked (service, stream, version, position, id, type, effective, recorded, data, correlation_id, causation_id,
                    actor, topic, part, "offset", authtype, authid, authkey, authproof, authregister, authonbehalfof,
                    causeplace, democlock, schema_version, error, attempts)
SELECT service, stream, version, position, id, type, effective, recorded, data::json, correlation_id, causation_id,
       actor, topic, part, "offset", authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
       democlock, schema_version, error, CASE WHEN error IS NULL THEN 0 ELSE 1 END
FROM unnest(:services::text[], :streams::text[], :versions::bigint[], :positions::bigint[], :ids::uuid[], :types::text[],
            :effective::timestamptz[], :recorded::timestamptz[], :data::text[], :correlations::text[],
            :causations::text[], :actors::text[], :topics::text[], :parts::int[], :offsets::bigint[],
            :authtypes::text[], :authids::text[], :authkeys::text[], :authproofs::text[], :authregisters::text[],
            :authonbehalfof::text[], :causeplaces::text[], :democlocks::timestamptz[],
            :schema_versions::int[], :errors::text[])
     AS new (service, stream, version, position, id, type, effective, recorded, data, correlation_id, causation_id, actor,
             topic, part, "offset", authtype, authid, authkey, authproof, authregister, authonbehalfof, causeplace,
             democlock, schema_version, error)
ON CONFLICT (service, stream, version) DO UPDATE SET error = excluded.error, attempts = parked.attempts + 1
WHERE excluded.error IS NOT NULL
