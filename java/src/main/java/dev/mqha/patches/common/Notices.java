package dev.mqha.patches.common;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** Warnings that a stranger can cause: one line at a time, and few of them, so that nobody can fill a disk with them. */
public final class Notices {
    /** From one line to the next, in ms. */
    static final long QUIET_MS = 10_000;

    private static final int LONGEST = 300;

    private final Logger log;
    private long last;
    private long left;
    private boolean isFirst = true;

    public Notices(Logger log) {
        this.log = log;
    }

    /** Writes it, unless one was written in the last ten seconds; the next line tells how many were left out. */
    public synchronized void warn(String what) {
        long now = System.nanoTime();
        if (!isFirst && now - last < TimeUnit.MILLISECONDS.toNanos(QUIET_MS)) {
            left++;
            return;
        }
        log.warn(oneLine(what) + (left == 0 ? "" : " (and " + left + " more like it)"));
        isFirst = false;
        last = now;
        left = 0;
    }

    /** Without control characters, which could make a line look like several, and not too long. */
    static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
