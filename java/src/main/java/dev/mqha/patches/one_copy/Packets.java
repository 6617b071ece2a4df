package dev.mqha.patches.one_copy;

import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;
import org.apache.activemq.command.Message;
import org.apache.activemq.openwire.OpenWireFormat;
import org.apache.activemq.util.ByteSequence;
import org.apache.activemq.util.DataByteArrayInputStream;
import org.apache.activemq.util.DataByteArrayOutputStream;
import org.apache.activemq.wireformat.WireFormat;

/**
 * Keeps one copy of a large message; the mended {@code Message}, and what writes and reads messages in the broker, call it.
 *
 * <p>A body that was written piece by piece stood in an array of up to twice its size, which was not counted. The form in
 * which a message is stored doubled its array for the last few bytes, and each cursor held on to the form of its last message.
 */
public final class Packets {
    /** From so many bytes on. What is shorter costs less than the care. */
    static final int LARGE = 64 * 1024;

    /** What an array may have beyond the body in it. */
    private static final int SLACK = 1024;

    /** What OpenWire's form of a message has beside body and properties, mostly. */
    private static final int ENVELOPE = 4 * 1024;

    /** Of a packet: its size and its type. */
    private static final int HEADER = 5;

    private Packets() {}

    /** Returns the body of a message in an array of about its size. @param body may be null */
    public static ByteSequence fitted(ByteSequence body) {
        if (body == null || body.data == null) {
            return body;
        }
        int more = body.data.length - body.length;
        if (more <= SLACK || more <= body.length / 4) {
            return body;
        }
        return new ByteSequence(Arrays.copyOfRange(body.data, body.offset, body.offset + body.length));
    }

    /** Returns OpenWire's form of a message for a disk, in the place of {@code WireFormat.marshal(Object)}. */
    public static ByteSequence packet(WireFormat wire, Object command) throws IOException {
        if (!(command instanceof Message message) || message.getSize() < LARGE
                || !(wire instanceof OpenWireFormat format) || format.isTightEncodingEnabled()
                || format.isCacheEnabled() || format.isSizePrefixDisabled()) {
            return wire.marshal(command);
        }
        DataByteArrayOutputStream out = new DataByteArrayOutputStream(message.getSize() + ENVELOPE);
        // The object is written with a byte that says that it is one, and its type: the byte makes room for the size.
        out.write(new byte[HEADER - 2]);
        format.looseMarshalNestedObject(message, out);
        ByteSequence packet = out.toByteSequence();
        int size = packet.length - (HEADER - 1);
        for (int place = 0; place < HEADER - 1; place++) {
            packet.data[place] = (byte) (size >>> 8 * (HEADER - 2 - place));
        }
        return packet;
    }

    /** Reads what has gone to temp, in the place of {@code WireFormat.unmarshal(ByteSequence)}, which keeps it. */
    public static Object read(WireFormat format, ByteSequence packet) throws IOException {
        if (packet.length < LARGE) {
            return format.unmarshal(packet);
        }
        DataInput in = new DataByteArrayInputStream(packet);
        return format.unmarshal(in);
    }
}
