package dev.mqha.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Loads rewritten classes with the JVM's verifier, and looks whether what of ours they call is there. Forms that were seen
 * before are not looked at again.
 */
final class Verifier implements Closeable {
    private static final String OURS = "dev/mqha/";

    private final Map<String, Set<String>> seen = new HashMap<>();
    private final List<URLClassLoader> open = new ArrayList<>();
    private final Set<String> called = new HashSet<>();

    /** Another form of a class that does the same: its source has another name. */
    static byte[] changed(byte[] original) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(original).accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public void visitSource(String source, String debug) {
                super.visitSource("changed." + source, debug);
            }
        }, 0);
        byte[] changed = writer.toByteArray();
        assertFalse(Arrays.equals(original, changed));
        return changed;
    }

    /** @param originals what the classes were; those that are not rewritten stand in for themselves */
    void verify(Map<String, byte[]> originals, Guard.Rewritten rewritten) throws Exception {
        Map<String, byte[]> classes = new HashMap<>(originals);
        classes.putAll(rewritten.classes());
        ClassLoader loader = loader(classes);
        for (Map.Entry<String, byte[]> entry : rewritten.classes().entrySet()) {
            String form = new String(entry.getValue(), StandardCharsets.ISO_8859_1);
            if (seen.computeIfAbsent(entry.getKey(), first -> new HashSet<>()).add(form)) {
                // Initialized, and so verified.
                Class<?> loaded = Class.forName(entry.getKey().replace('/', '.'), true, loader);
                assertEquals(loader, loaded.getClassLoader());
                callsOf(entry.getValue());
            }
        }
    }

    private ClassLoader loader(Map<String, byte[]> classes) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader()) {
            @Override
            protected Class<?> findClass(String name) throws ClassNotFoundException {
                byte[] bytes = classes.get(name.replace('.', '/'));
                return bytes == null ? super.findClass(name) : defineClass(name, bytes, 0, bytes.length);
            }
        };
        open.add(loader);
        return loader;
    }

    /** What of ours a class calls is public and static, or a constructor, and has that very type; and it needs no ASM. */
    private void callsOf(byte[] code) {
        new ClassReader(code).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String in, String t, String signature, String[] throwing) {
                return new MethodVisitor(Opcodes.ASM9) {
                    @Override
                    public void visitMethodInsn(int opcode, String owner, String name, String type, boolean inInterface) {
                        if (owner.startsWith(OURS) && called.add(owner + name + type)) {
                            assertTrue(isThere(owner, name, type), owner + "." + name + type);
                            assertFalse(needsAsm(owner), owner);
                        }
                    }
                };
            }
        }, 0);
    }

    private static boolean isThere(String owner, String name, String type) {
        boolean[] found = {false};
        reader(owner).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String has, String of, String signature, String[] throwing) {
                boolean fits = (access & Opcodes.ACC_PUBLIC) != 0
                        && ((access & Opcodes.ACC_STATIC) != 0 || has.equals("<init>"));
                found[0] |= fits && has.equals(name) && of.equals(type);
                return null;
            }
        }, 0);
        return found[0];
    }

    /** Whether a class, or one of ours that it names, names ASM. */
    private static boolean needsAsm(String className) {
        Set<String> known = new HashSet<>();
        List<String> next = new ArrayList<>(List.of(className));
        while (!next.isEmpty()) {
            String one = next.remove(0);
            if (known.add(one)) {
                for (String named : namedBy(reader(one))) {
                    if (named.startsWith("org/objectweb/asm/")) {
                        return true;
                    }
                    if (named.startsWith(OURS)) {
                        next.add(named);
                    }
                }
            }
        }
        return false;
    }

    /** The classes in the constant pool of a class. */
    private static Set<String> namedBy(ClassReader reader) {
        Set<String> names = new HashSet<>();
        char[] buffer = new char[reader.getMaxStringLength()];
        for (int item = 1; item < reader.getItemCount(); item++) {
            int at = reader.getItem(item);
            // An item of a class (JVMS 4.4.1) is its tag and the index of its name.
            if (at > 0 && reader.readByte(at - 1) == 7) {
                String name = reader.readUTF8(at, buffer);
                names.add(name.startsWith("[") ? Type.getType(name).getElementType().getInternalName() : name);
            }
        }
        return names;
    }

    private static ClassReader reader(String className) {
        try (InputStream in = Verifier.class.getClassLoader().getResourceAsStream(className + ".class")) {
            return new ClassReader(in);
        } catch (IOException | IllegalArgumentException gone) {
            throw new AssertionError(className + " is not there", gone);
        }
    }

    @Override
    public void close() throws IOException {
        for (URLClassLoader loader : open) {
            loader.close();
        }
    }
}
