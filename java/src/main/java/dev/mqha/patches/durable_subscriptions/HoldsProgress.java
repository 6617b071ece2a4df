package dev.mqha.patches.durable_subscriptions;

/** What the store's record of a durable subscription becomes, so that its progress is found without a look-up. */
public interface HoldsProgress {
    /** Null where nothing has been set. */
    Object mqhaProgress();

    void mqhaProgress(Object progress);
}
