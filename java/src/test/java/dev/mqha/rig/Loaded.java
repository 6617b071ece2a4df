package dev.mqha.rig;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Classes of a jar before all others, and what is in them. */
public final class Loaded {
    private Loaded() {}

    /** Loads the class from this jar first, with everything else from the tests' class path. */
    public static Class<?> load(Path jar, String className) throws Exception {
        List<URL> urls = new ArrayList<>();
        urls.add(jar.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
        return Class.forName(className.replace('/', '.'), true, loader);
    }

    /** An instance as another thread sees it while the constructor has not come to the handler. */
    public static Object withoutConstructor(Class<?> type) throws Exception {
        Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
        Object reflection = factory.getMethod("getReflectionFactory").invoke(null);
        Constructor<?> constructor = (Constructor<?>) factory
                .getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(reflection, type, Object.class.getDeclaredConstructor());
        return constructor.newInstance();
    }

    /** Shows the instructions of a method, or of all where it is null, to a visitor. */
    public static void visit(Path jar, String className, String method, MethodVisitor visitor) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            byte[] bytes = file.getInputStream(file.getEntry(className + ".class")).readAllBytes();
            new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
                @Override
                public MethodVisitor visitMethod(
                        int access, String name, String type, String signature, String[] exceptions) {
                    return method == null || name.equals(method) ? visitor : null;
                }
            }, 0);
        }
    }
}
