package dev.mqha.patches.factory_names;

import java.util.regex.Pattern;

/**
 * Lets only plain names lead to a class; the mended {@code FactoryFinder} calls it.
 *
 * <p>A name is put behind a directory of the class path, and what stands in that file is loaded and made. Names come from
 * clients as well: the header {@code transformation} of a STOMP frame is one. With {@code ../} it led to any file of the
 * class path (CVE-2026-33227).
 */
public final class FactoryNames {
    /** Schemes as {@code auto+nio}, formats as {@code amqp}, transformations as {@code jms-map-json}. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+._-]{0,99}");

    private FactoryNames() {}

    /** Returns the name. @throws InstantiationException where it could lead elsewhere: the caller knows that of a name that nothing has */
    public static String plain(String name) throws InstantiationException {
        if (name == null || !PLAIN.matcher(name).matches() || name.contains("..")) {
            throw new InstantiationException("a name of letters, digits, and + . _ - is expected");
        }
        return name;
    }
}
