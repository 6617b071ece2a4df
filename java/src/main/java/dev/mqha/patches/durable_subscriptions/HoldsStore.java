package dev.mqha.patches.durable_subscriptions;

import org.apache.activemq.leveldb.LevelDBStore;

/** What the store of a topic becomes, since the compiler may not see whose it is. */
public interface HoldsStore {
    LevelDBStore mqhaStore();
}
