package dev.mqha.store;

/** The end of a broker that can do nothing useful any more; mended classes of the store call it. */
public final class Fatal {
    /** EX_SOFTWARE of sysexits.h. */
    static final int STORE_FAILED = 70;

    private Fatal() {}

    /**
     * Says what happened and ends the process at once: an orderly stop would wait for the store.
     *
     * @param failure of the store's start
     */
    public static void storeFailed(Throwable failure) {
        System.err.println("mqha: the store could not be started, so this broker ends: " + failure);
        failure.printStackTrace();
        Runtime.getRuntime().halt(STORE_FAILED);
    }
}
